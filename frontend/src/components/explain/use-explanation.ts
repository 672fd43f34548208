"use client";

import { useCallback, useEffect, useState, useSyncExternalStore } from "react";
import { explain, isAbort } from "@/lib/browser";
import { explanationOf } from "@/lib/explanations";
import { givenBy, NOTHING_GIVEN, onGiven } from "@/lib/given";
import type { Explanation } from "@/lib/types";

export interface Explaining {
  k: number;
  /** Null while it is asked for the first time, and where it cannot be told. */
  explanation: Explanation | null;
  isPending: boolean;
}

/** What a movie is to a user: asked after the page is painted, and again after everything the user does in this tab. */
export function useExplanation(userId: number, movieId: number, k: number): Explaining {
  const given = useSyncExternalStore(
    onGiven,
    useCallback(() => givenBy(userId), [userId]),
    () => NOTHING_GIVEN,
  );
  const [explaining, set] = useState<Explaining>({ k, explanation: null, isPending: true });

  useEffect(() => {
    const stale = new AbortController();
    set((old) => ({ ...old, isPending: true }));
    explain({ user_id: userId, k, movie_ids: [movieId], after: [...given.receipts] }, stale.signal).then(
      (outcome) => {
        if (stale.signal.aborted) return;
        const explanation = outcome.ok ? explanationOf(outcome.data, movieId) : null;
        set({ k, explanation, isPending: false });
      },
      (error) => {
        if (!isAbort(error)) throw error;
      },
    );
    return () => stale.abort();
  }, [userId, movieId, k, given]);

  return explaining;
}
