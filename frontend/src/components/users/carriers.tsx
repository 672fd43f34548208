"use client";

import { useEffect, useState } from "react";
import type { RankedCard } from "@/lib/types";
import { type Carrier, carriersOf, type Supposed, type WhatIf } from "@/lib/what-if";

interface Props {
  items: readonly RankedCard[];
  whatIf: WhatIf;
  onSuppose: (movieId: number, supposed: Supposed | null) => void;
  onReset: () => void;
  /** Lights the movies that a rating carries; null for none. */
  onPoint: (cards: ReadonlySet<number> | null) => void;
}

/** One row that scrolls, so that the list begins where it is seen; the room around it is for focus rings. */
const CHIPS = "-mx-4 flex gap-1.5 overflow-x-auto px-4 py-1 lg:mr-0 sm:-mx-1 sm:px-1";

/** The ratings that carry the list. Pointing at one lights its movies; a click tries the list without it. */
export function Carriers({ items, whatIf, onSuppose, onReset, onPoint }: Props) {
  const carriers = useKeptCarriers(items, whatIf);
  if (carriers.length === 0) return null;
  return (
    <section aria-label="Ratings that carry this list" className="mb-2.5 min-w-0" data-testid="carriers">
      <ul className={CHIPS}>
        <li
          className="flex shrink-0 items-center pr-1 text-soft text-sm"
          title="Switch one off to see the list without it"
        >
          Carried by
        </li>
        {whatIf.size > 0 && (
          <li className="sticky left-0 z-10 shrink-0 rounded-lg bg-page">
            <button type="button" className="button-quiet" onClick={onReset} data-testid="reset-what-if">
              Reset
            </button>
          </li>
        )}
        {carriers.map((carrier) => (
          <li key={carrier.movieId} className="shrink-0">
            <Chip
              carrier={carrier}
              isOff={whatIf.has(carrier.movieId)}
              onClick={() =>
                onSuppose(
                  carrier.movieId,
                  whatIf.has(carrier.movieId) ? null : { title: carrier.title, stars: null },
                )
              }
              onPoint={onPoint}
            />
          </li>
        ))}
      </ul>
    </section>
  );
}

interface ChipProps {
  carrier: Carrier;
  isOff: boolean;
  onClick: () => void;
  onPoint: Props["onPoint"];
}

function Chip({ carrier, isOff, onClick, onPoint }: ChipProps) {
  const point = () => onPoint(new Set(carrier.cards));
  const leave = () => onPoint(null);
  return (
    <button
      type="button"
      aria-pressed={!isOff}
      onClick={onClick}
      onPointerEnter={point}
      onPointerLeave={leave}
      onFocus={point}
      onBlur={leave}
      data-testid="carrier"
      data-movie-id={carrier.movieId}
      className={`inline-flex min-h-9 items-center gap-1.5 rounded-full border px-3 text-sm hover:border-soft ${isOff ? "border-line border-dashed text-soft line-through" : "border-line bg-panel"}`}
    >
      <span className="font-semibold text-glow tabular-nums" aria-hidden="true">
        ★{carrier.stars}
      </span>
      {carrier.title}
      <span className="text-soft tabular-nums" title="movies of this list that cite it">
        {isOff ? "" : `×${carrier.cards.length}`}
      </span>
    </button>
  );
}

/** The chips of the list as it really is stay while something is supposed: what is switched off can be switched on. */
function useKeptCarriers(items: readonly RankedCard[], whatIf: WhatIf): Carrier[] {
  const [kept, setKept] = useState(() => carriersOf(items));
  const isReal = whatIf.size === 0;
  useEffect(() => {
    if (isReal) setKept(carriersOf(items));
  }, [items, isReal]);
  return kept;
}
