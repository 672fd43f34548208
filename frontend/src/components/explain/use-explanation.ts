"use client";

import { useCallback, useEffect, useState, useSyncExternalStore } from "react";
import { explain, isAbort } from "@/lib/browser";
import { explanationOf } from "@/lib/explanations";
import { givenBy, NOTHING_GIVEN, onGiven } from "@/lib/given";
import type { ExplainRequest, Explanation } from "@/lib/types";

/** About one movie, for one user. */
export type Question = Omit<ExplainRequest, "movie_ids"> & {
  user_id: number;
  k: number;
  movie_ids: [number];
};

export interface Explaining {
  /** Null while it is asked for the first time, and where it cannot be told. */
  explanation: Explanation | null;
  isPending: boolean;
}

/**
 * What a movie is to a user: asked after the page is painted, and again after everything the user does in this tab.
 *
 * An answer stays until the next one has come.
 */
export function useExplanation(request: Question): Explaining {
  const question = JSON.stringify(request);
  const { user_id: userId } = request;
  const given = useSyncExternalStore(
    onGiven,
    useCallback(() => givenBy(userId), [userId]),
    () => NOTHING_GIVEN,
  );
  const [explaining, set] = useState<Explaining>({ explanation: null, isPending: true });

  useEffect(() => {
    const asked = JSON.parse(question) as Question;
    const stale = new AbortController();
    set((old) => ({ ...old, isPending: true }));
    explain({ ...asked, after: [...given.receipts] }, stale.signal).then(
      (outcome) => {
        if (stale.signal.aborted) return;
        const explanation = outcome.ok ? explanationOf(outcome.data, asked.movie_ids[0]) : null;
        set({ explanation, isPending: false });
      },
      (error) => {
        if (!isAbort(error)) throw error;
      },
    );
    return () => stale.abort();
  }, [question, given]);

  return explaining;
}
