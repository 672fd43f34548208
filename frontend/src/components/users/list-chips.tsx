"use client";

import { CHIPS, isOn, type Settings, toggledBy, type View } from "@/lib/settings";

interface Props {
  settings: Settings;
  onChange: (part: Partial<Settings>) => void;
  onSurprise: () => void;
}

const CHIP =
  "inline-flex min-h-9 shrink-0 items-center rounded-full border px-3 text-sm hover:border-soft aria-pressed:border-glow aria-pressed:bg-raised aria-pressed:font-semibold aria-pressed:text-glow border-line bg-panel";
const VIEWS: readonly [View, string][] = [
  ["cards", "Cards"],
  ["posters", "Posters"],
];

/** What one click changes: how the list is shown, what it is narrowed to, and where to look. */
export function ListChips({ settings, onChange, onSurprise }: Props) {
  return (
    <div className="[@media(scripting:none)]:hidden -mx-4 mb-1.5 flex items-center gap-1.5 overflow-x-auto px-4 py-1 sm:-mx-1 sm:px-1 xl:mb-2.5 xl:shrink-0">
      <fieldset
        className="flex shrink-0 overflow-hidden rounded-full border border-line"
        aria-label="Show as"
      >
        {VIEWS.map(([view, label]) => (
          <button
            key={view}
            type="button"
            aria-pressed={settings.view === view}
            onClick={() => onChange({ view })}
            data-testid={`view-${view}`}
            className="min-h-9 px-3 text-sm aria-pressed:bg-raised aria-pressed:font-semibold aria-pressed:text-glow"
          >
            {label}
          </button>
        ))}
      </fieldset>
      {CHIPS.map(({ id, label, wish }) => (
        <button
          key={id}
          type="button"
          aria-pressed={isOn(settings, wish)}
          onClick={() => onChange(toggledBy(settings, wish))}
          data-testid={`chip-${id}`}
          className={CHIP}
        >
          {label}
        </button>
      ))}
      <button type="button" onClick={onSurprise} data-testid="surprise" className={CHIP}>
        Surprise me
      </button>
    </div>
  );
}
