"use client";

import { useEffect, useState } from "react";
import { isAbort, rerank } from "@/lib/browser";
import type { Trouble } from "@/lib/outcome";
import { type Picks, ratingsOf } from "@/lib/picks";
import type { RankedCard } from "@/lib/types";

const SHOWN = 8;

interface Forming {
  items: readonly RankedCard[];
  isPending: boolean;
  trouble: Trouble | null;
}

const EMPTY: Forming = { items: [], isPending: false, trouble: null };

/** The first places for these picks; a newer pick makes an older question void. */
export function useGuestRanking(picks: Picks, beforeChange: () => void): Forming {
  const [forming, setForming] = useState(EMPTY);

  useEffect(() => {
    if (picks.loved.length === 0) {
      setForming(EMPTY);
      return;
    }
    const stale = new AbortController();
    setForming((old) => ({ ...old, isPending: true }));
    const exclude = picks.passed.map((card) => card.movie_id);
    rerank({ ratings: ratingsOf(picks), exclude, k: SHOWN }, stale.signal).then(
      (outcome) => {
        if (stale.signal.aborted) return;
        beforeChange();
        setForming((old) =>
          outcome.ok
            ? { items: outcome.data.items, isPending: false, trouble: null }
            : { ...old, isPending: false, trouble: outcome.trouble },
        );
      },
      (error) => {
        if (!isAbort(error)) throw error;
      },
    );
    return () => stale.abort();
  }, [picks, beforeChange]);

  return forming;
}
