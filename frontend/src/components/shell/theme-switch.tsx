"use client";

import { useState } from "react";
import { THEMES, type Theme, themeCookie } from "@/lib/theme";

const LABELS: Record<Theme, string> = { system: "As the system", light: "Light", dark: "Dark" };

/** Chooses between light and dark; without script the system decides. */
export function ThemeSwitch({ initial }: { initial: Theme }) {
  const [theme, setTheme] = useState(initial);

  function choose(next: Theme) {
    setTheme(next);
    document.documentElement.dataset.theme = next;
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing in Firefox and on plain http
    document.cookie = themeCookie(next);
  }

  return (
    <label className="flex items-center gap-2 text-sm">
      Colours
      <select
        className="field h-9!"
        data-testid="theme"
        value={theme}
        onChange={(event) => choose(event.target.value as Theme)}
      >
        {THEMES.map((each) => (
          <option key={each} value={each}>
            {LABELS[each]}
          </option>
        ))}
      </select>
    </label>
  );
}
