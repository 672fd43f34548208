"use client";

import { useEffect, useState } from "react";
import type { Trouble } from "@/lib/outcome";

const SHOWN_MS = 8_000;

interface Props {
  announcement: string;
  trouble: Trouble | null;
  /** Takes back what is announced. */
  undo?: (() => void) | null;
}

/** What just happened, for eyes and for screen readers; it clears itself, trouble stays. */
export function Toast({ announcement, trouble, undo = null }: Props) {
  const [cleared, setCleared] = useState("");

  useEffect(() => {
    setCleared("");
    const timer = setTimeout(() => setCleared(announcement), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [announcement]);

  // An empty region stays in the accessibility tree, so that the next text is spoken.
  const said = cleared === announcement ? "" : announcement;
  const failed = trouble ? `${trouble.title}. ${trouble.detail}` : "";
  return (
    <div className="pointer-events-none fixed inset-x-0 bottom-4 z-50 flex flex-col items-center gap-2 px-4">
      <p
        role="status"
        aria-live="polite"
        data-testid="announcement"
        className={
          said ? "rounded-2xl border border-line bg-raised px-5 py-2.5 font-semibold shadow-2xl" : "sr-only"
        }
      >
        {said}
      </p>
      {said && undo && (
        <button
          type="button"
          onClick={undo}
          data-testid="undo"
          className="button pointer-events-auto shadow-2xl"
        >
          Undo
        </button>
      )}
      <p
        role="alert"
        data-testid="action-trouble"
        className={
          failed ? "rounded-2xl border border-minus bg-panel px-5 py-2.5 text-minus shadow-2xl" : "sr-only"
        }
      >
        {failed}
      </p>
    </div>
  );
}
