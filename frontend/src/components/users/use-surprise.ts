"use client";

import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
import type { RankedCard } from "@/lib/types";

/** How long each stop lasts on the way to the movie that is picked. */
const STOPS_MS = [90, 90, 110, 140, 180, 240];

/**
 * Picks one movie of the list: a light runs over a few others and stops at it, the keyboard's place goes there, and it
 * is announced. Whoever wants less motion is taken there at once.
 */
export function useSurprise(list: RefObject<HTMLElement | null>, items: readonly RankedCard[]) {
  const [lit, setLit] = useState<number | null>(null);
  const [said, setSaid] = useState("");
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const last = useRef<number | null>(null);

  const stop = useCallback(() => {
    clearTimeout(timer.current);
    setLit(null);
    setSaid("");
  }, []);
  // The list has changed: what was picked from it is over.
  useEffect(() => {
    if (items.length >= 0) stop();
    return () => clearTimeout(timer.current);
  }, [items, stop]);

  const surprise = useCallback(() => {
    stop();
    const picked = oneOf(items.filter((item) => item.movie_id !== last.current)) ?? items[0];
    if (!picked) return;
    last.current = picked.movie_id;

    function land(card: RankedCard, behavior: ScrollBehavior) {
      setLit(card.movie_id);
      setSaid(
        `Surprise: ${card.title}${card.year ? `, ${card.year}` : ""}. Number ${card.rank} of your list.`,
      );
      const place = list.current?.querySelector<HTMLElement>(`[data-movie-id="${card.movie_id}"]`);
      place?.scrollIntoView({ block: "center", behavior });
      place?.querySelector<HTMLElement>("h2 a")?.focus({ preventScroll: true });
    }

    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return land(picked, "auto");
    function run(at: number, to: RankedCard) {
      const wait = STOPS_MS[at];
      if (wait === undefined) return land(to, "smooth");
      setLit(oneOf(items)?.movie_id ?? to.movie_id);
      timer.current = setTimeout(() => run(at + 1, to), wait);
    }
    run(0, picked);
  }, [items, list, stop]);

  return { surprised: lit, said, surprise };
}

function oneOf<T>(all: readonly T[]): T | undefined {
  return all[Math.floor(Math.random() * all.length)];
}
