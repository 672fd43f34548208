"use client";

import { useCallback, useEffect, useRef, useState } from "react";
import { fetchProfile, isAbort, rerank, sendRating } from "@/lib/browser";
import { stars as inStars } from "@/lib/format";
import type { Trouble } from "@/lib/outcome";
import { movement } from "@/lib/scores";
import { queryOf, rankRequest, type Settings } from "@/lib/settings";
import type { RankedCard, Ranking, UserProfile } from "@/lib/types";

/** How long to wait before each look whether the list knows of a rating: about three seconds in all. */
const LOOKS_MS = [60, 140, 250, 400, 650, 900, 900];
/** And after that, when somebody has been told that it takes longer. */
const LATE_LOOKS_MS = [1_500, 3_000, 5_000, 8_000];
const FADE_MS = 180;

export interface RankingState {
  ranking: Ranking;
  profile: UserProfile | null;
  settings: Settings;
  moved: ReadonlyMap<number, number | "new">;
  rated: ReadonlyMap<number, number>;
  leaving: ReadonlySet<number>;
  isPending: boolean;
  trouble: Trouble | null;
  announcement: string;
}

interface Initial {
  userId: number;
  ranking: Ranking;
  profile: UserProfile | null;
  settings: Settings;
}

/** One user's list: follows the settings, and after a rating asks again until the list reflects it. */
export function useRanking(initial: Initial, beforeChange: () => void) {
  const { userId } = initial;
  const [state, setState] = useState<RankingState>(() => startOf(initial));
  const latest = useRef(state);
  const running = useRef<AbortController | null>(null);

  const update = useCallback((change: Partial<RankingState>) => {
    latest.current = { ...latest.current, ...change };
    setState(latest.current);
  }, []);

  // A newer question makes the older one's answer stale.
  const begin = useCallback(() => {
    running.current?.abort();
    running.current = new AbortController();
    return running.current.signal;
  }, []);

  useEffect(() => () => running.current?.abort(), []);

  const change = useCallback(
    async (settings: Settings) => {
      const query = queryOf(settings);
      window.history.replaceState(null, "", query ? `?${query}` : window.location.pathname);
      const signal = begin();
      update({ settings, isPending: true, trouble: null });
      await unlessAborted(async () => {
        const outcome = await rerank(rankRequest(userId, settings), signal);
        if (signal.aborted) return;
        if (!outcome.ok) return update({ isPending: false, trouble: outcome.trouble });
        beforeChange();
        const announcement = `The list is updated: ${outcome.data.items.length} movies.`;
        update({ isPending: false, ranking: outcome.data, moved: new Map(), announcement });
      });
    },
    [userId, begin, update, beforeChange],
  );

  const rate = useCallback(
    async (card: RankedCard, stars: number) => {
      if (latest.current.rated.has(card.movie_id)) return;
      const said = `You rated ${card.title} ${inStars(stars)}.`;
      update({
        rated: new Map(latest.current.rated).set(card.movie_id, stars),
        trouble: null,
        announcement: said,
      });
      const sent = await sendRating(userId, card.movie_id, stars);
      if (!sent.ok) {
        const rated = new Map(latest.current.rated);
        rated.delete(card.movie_id);
        const trouble = { ...sent.trouble, title: `${card.title} could not be rated` };
        return update({ rated, trouble, announcement: "" });
      }
      const signal = begin();
      update({ isPending: true });
      await unlessAborted(async () => {
        let ranking = await rankingWithout(latest.current, userId, LOOKS_MS, signal);
        if (!ranking) {
          update({ isPending: false, announcement: `${said} It is kept; the list will follow shortly.` });
          ranking = await rankingWithout(latest.current, userId, LATE_LOOKS_MS, signal);
        }
        if (signal.aborted || !ranking) return;
        const old = latest.current.ranking;
        const gone = old.items.filter((item) => latest.current.rated.has(item.movie_id));
        update({ leaving: new Set(gone.map((item) => item.movie_id)) });
        const [profile] = await Promise.all([fetchProfile(userId, signal), pause(FADE_MS, signal)]);
        if (signal.aborted) return;
        beforeChange();
        update({
          ranking,
          profile: profile.ok ? profile.data : latest.current.profile,
          moved: movement(old.items, ranking.items),
          leaving: new Set(),
          isPending: false,
          announcement: `${said} The list is updated.`,
        });
      });
    },
    [userId, begin, update, beforeChange],
  );

  return { state, change, rate };
}

function startOf({ ranking, profile, settings }: Initial): RankingState {
  return {
    ranking,
    profile,
    settings,
    moved: new Map(),
    rated: new Map(),
    leaving: new Set(),
    isPending: false,
    trouble: null,
    announcement: "",
  };
}

/** The first ranking that holds none of the rated movies; null when none does in time. */
async function rankingWithout(
  state: RankingState,
  userId: number,
  looks: readonly number[],
  signal: AbortSignal,
): Promise<Ranking | null> {
  for (const wait of looks) {
    await pause(wait, signal);
    const outcome = await rerank(rankRequest(userId, state.settings), signal);
    if (outcome.ok && !outcome.data.items.some((item) => state.rated.has(item.movie_id))) return outcome.data;
  }
  return null;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(new DOMException("replaced by a newer request", "AbortError"));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}

async function unlessAborted(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isAbort(error)) throw error;
  }
}
