"use client";

import { type KeyboardEvent, type MouseEvent, type PointerEvent, useRef, useState } from "react";
import { stars } from "@/lib/format";
import { nextStars, STEPS, starsAt } from "@/lib/star-steps";
import { StarFill } from "./star-fill";

interface Props {
  title: string;
  value: number | null;
  isBusy?: boolean;
  /** Only to look at. */
  isOff?: boolean;
  onRate: (stars: number) => void;
}

const HINT = "Slide for half stars, or use the keys: 1 to 5, arrows, Enter";

/**
 * Half to five stars as a radio group. Mouse clicks, fingers tap or slide, arrows and digits move, Enter or Space rates.
 * For pointers the row is one target, as a slider is (WCAG 2.5.8, note 1): the place of the pointer says how many stars,
 * and the draft under it shows them before it is released.
 */
export function StarRating({ title, value, isBusy = false, isOff = false, onRate }: Props) {
  const [draft, setDraft] = useState<number | null>(null);
  const root = useRef<HTMLDivElement>(null);
  const isHeld = useRef(false);
  const shown = draft ?? value;

  const starsUnder = (event: PointerEvent) => {
    const box = event.currentTarget.getBoundingClientRect();
    return starsAt((event.clientX - box.left) / box.width);
  };

  function release(event: PointerEvent) {
    if (isHeld.current && !isBusy && !isOff) onRate(starsUnder(event));
    isHeld.current = false;
    if (event.pointerType !== "mouse") setDraft(null);
  }

  function letGo() {
    isHeld.current = false;
    setDraft(null);
  }

  function steer(event: KeyboardEvent) {
    const next = nextStars(event.key, draft ?? value);
    if (next === null) return;
    event.preventDefault();
    setDraft(next);
    root.current?.querySelector<HTMLElement>(`[data-stars="${next}"]`)?.focus();
  }

  // Pointers are answered on release; what is left are clicks without one: keys, and assistive technology.
  function clickByKey(event: MouseEvent, rating: number) {
    if (event.detail === 0 && !isBusy && !isOff) onRate(rating);
  }

  return (
    <div className="flex items-center gap-2">
      <div
        ref={root}
        role="radiogroup"
        aria-label={`Rate ${title}`}
        aria-busy={isBusy}
        aria-disabled={isOff}
        title={isOff ? undefined : HINT}
        data-testid="stars"
        className={`relative -ml-0.5 w-full max-w-35 touch-pan-y pointer-coarse:max-w-50 ${isOff ? "pointer-events-none opacity-45" : isBusy ? "opacity-60" : "cursor-pointer"}`}
        onPointerDown={() => {
          isHeld.current = true;
        }}
        onPointerMove={(event) => setDraft(starsUnder(event))}
        onPointerUp={release}
        onPointerCancel={letGo}
        onPointerLeave={letGo}
        onKeyDown={steer}
        onBlur={(event) => {
          if (!event.currentTarget.contains(event.relatedTarget)) setDraft(null);
        }}
      >
        <StarFill stars={shown ?? 0} isDraft={draft !== null} />
        <div className="absolute inset-0 grid grid-cols-10">
          {STEPS.map((step) => (
            // biome-ignore lint/a11y/useSemanticElements: native radios would rate on every arrow key
            <button
              key={step}
              type="button"
              role="radio"
              aria-checked={value === step}
              aria-label={stars(step)}
              data-stars={step}
              disabled={isOff}
              tabIndex={step === (shown ?? 0.5) ? 0 : -1}
              onClick={(event) => clickByKey(event, step)}
              className="rounded-sm"
            />
          ))}
        </div>
      </div>
      <span className="w-7 shrink-0 font-bold text-glow text-sm tabular-nums" aria-hidden="true">
        {shown ?? ""}
        {isBusy && "…"}
      </span>
    </div>
  );
}
