"use client";

import { useSearchParams } from "next/navigation";
import { useCallback, useEffect, useRef, useState } from "react";
import { dismiss, fetchProfile, isAbort, removeRating, rerank, sendRating } from "@/lib/browser";
import { counted, stars as inStars } from "@/lib/format";
import { givenBy, isOffList, reflects } from "@/lib/given";
import type { Outcome, Trouble } from "@/lib/outcome";
import { movement } from "@/lib/scores";
import { queryOf, rankRequest, type Settings, settingsOf } from "@/lib/settings";
import type { RankedCard, Ranking, RankRequest, Receipt, UserProfile } from "@/lib/types";
import { effectOf, NOTHING_SUPPOSED, overridesOf, type Supposed, type WhatIf } from "@/lib/what-if";

/** How long to wait before each look whether the list knows of what was done. The first one waits for the receipt. */
const LOOKS_MS = [0, 200, 400, 650, 900, 900];
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
  /** Where the log keeps what was last done here. */
  receipt: Receipt | null;
  /** What the list supposes that is not so. */
  whatIf: WhatIf;
  /** Takes back what the announcement tells of. */
  undo: (() => void) | null;
}

type Send = () => Promise<Outcome<readonly Receipt[]>>;

interface Initial {
  userId: number;
  ranking: Ranking;
  profile: UserProfile | null;
  settings: Settings;
}

/**
 * One user's list: follows the address's settings, and asks again until the list knows of every rating given here.
 *
 * Back shows a page as the router kept it, from before what was rated since, and for the settings it was first opened
 * with. So what was shown last is taken up instead, and the server is asked.
 */
export function useRanking(initial: Initial, beforeChange: () => void) {
  const { userId } = initial;
  const asked = settingsOf(useSearchParams());
  const [start] = useState(() => startOf(initial, asked));
  const [state, setState] = useState<RankingState>(start.state);
  const latest = useRef(state);
  const running = useRef<AbortController | null>(null);

  const update = useCallback((change: Partial<RankingState>) => {
    latest.current = { ...latest.current, ...change };
    setState(latest.current);
  }, []);

  const arrive = useCallback(
    (change: Partial<RankingState> & Pick<RankingState, "ranking">) => {
      beforeChange();
      update({ isPending: false, leaving: new Set(), ...change });
      keepShown(userId, latest.current);
    },
    [userId, update, beforeChange],
  );

  // A newer question makes the older one's answer stale.
  const begin = useCallback(() => {
    running.current?.abort();
    running.current = new AbortController();
    return running.current.signal;
  }, []);

  const catchUp = useCallback(
    async (said: string, after: readonly Receipt[] = []) => {
      const signal = begin();
      const { ranking, profile } = latest.current;
      update({ isPending: said !== "" || !reflects(givenBy(userId), ranking, profile) });
      await unlessAborted(async () => {
        let answer = await currentAnswer(latest.current, userId, LOOKS_MS, signal, after);
        if (!answer) {
          const announcement = said ? `${said} It is kept; the list will follow shortly.` : "";
          update({ isPending: false, announcement });
          answer = await currentAnswer(latest.current, userId, LATE_LOOKS_MS, signal, after);
        }
        if (signal.aborted || !answer) return;
        const old = latest.current.ranking;
        const given = givenBy(userId);
        const gone = old.items.filter((item) => isOffList(given, item.movie_id));
        if (gone.length > 0) {
          update({ leaving: new Set(gone.map((item) => item.movie_id)) });
          await pause(FADE_MS, signal);
        }
        arrive({
          ranking: answer.ranking,
          profile: answer.profile ?? latest.current.profile,
          moved: movement(old.items, answer.ranking.items),
          announcement: said || gone.length > 0 ? `${said} The list is updated.`.trim() : "",
        });
      });
    },
    [userId, begin, update, arrive],
  );

  const change = useCallback(
    async (settings: Settings) => {
      const query = queryOf(settings);
      // Next's router follows a replaced address: useSearchParams tells of it, and Back returns to it.
      if (query !== queryOf(settingsOf(new URLSearchParams(window.location.search)))) {
        window.history.replaceState(null, "", query ? `?${query}` : window.location.pathname);
      }
      const signal = begin();
      update({ settings, isPending: true, trouble: null });
      await unlessAborted(async () => {
        const outcome = await rerank(requestOf(latest.current, userId), signal);
        if (signal.aborted) return;
        if (!outcome.ok) return update({ isPending: false, trouble: outcome.trouble });
        const announcement = `The list is updated: ${counted(outcome.data.items.length, "movie")}.`;
        arrive({ ranking: outcome.data, moved: new Map(), announcement });
        if (!reflects(givenBy(userId), outcome.data, latest.current.profile)) await catchUp("");
      });
    },
    [userId, begin, update, arrive, catchUp],
  );

  /** Says what is done, does it, and waits for the list to follow; or says that it failed. */
  const act = useCallback(
    async (said: string, failed: string, send: Send): Promise<boolean> => {
      update({ trouble: null, announcement: said, undo: null });
      const sent = await send();
      if (sent.ok) {
        update({ receipt: sent.data.at(-1) ?? null });
        await catchUp(said, sent.data);
      } else update({ trouble: { ...sent.trouble, title: failed }, announcement: "" });
      return sent.ok;
    },
    [update, catchUp],
  );

  const offer = useCallback(
    (said: string, send: Send) => {
      update({ undo: () => act(said, "It could not be undone", send) });
    },
    [update, act],
  );

  const rate = useCallback(
    async (card: RankedCard, stars: number) => {
      if (latest.current.rated.has(card.movie_id)) return;
      update({ rated: new Map(latest.current.rated).set(card.movie_id, stars) });
      const isSent = await act(
        `You rated ${card.title} ${inStars(stars)}.`,
        `${card.title} could not be rated`,
        () => sendRating(userId, card.movie_id, stars),
      );
      if (isSent)
        return offer(`The rating of ${card.title} is taken back.`, () => removeRating(userId, card.movie_id));
      const rated = new Map(latest.current.rated);
      rated.delete(card.movie_id);
      update({ rated });
    },
    [userId, update, act, offer],
  );

  const pass = useCallback(
    async (card: RankedCard) => {
      const isSent = await act(
        `${card.title} is off your list.`,
        `${card.title} could not be taken off`,
        () => dismiss(userId, card.movie_id, true),
      );
      if (isSent)
        offer(`${card.title} may be on your list again.`, () => dismiss(userId, card.movie_id, false));
    },
    [userId, act, offer],
  );

  const supposeAll = useCallback(
    async (whatIf: WhatIf) => {
      const signal = begin();
      update({ whatIf, isPending: true, trouble: null, undo: null });
      await unlessAborted(async () => {
        const outcome = await rerank(requestOf(latest.current, userId), signal);
        if (signal.aborted) return;
        if (!outcome.ok) return update({ isPending: false, trouble: outcome.trouble });
        const moved = movement(latest.current.ranking.items, outcome.data.items);
        const without = [...whatIf.values()].map(({ title }) => title).join(", ");
        const announcement = `${without ? `Without ${without}: ` : "As it is: "}${effectOf(moved)}`;
        arrive({ ranking: outcome.data, moved, announcement });
      });
    },
    [userId, begin, update, arrive],
  );

  const suppose = useCallback(
    (movieId: number, supposed: Supposed | null) => {
      const whatIf = new Map(latest.current.whatIf);
      if (supposed) whatIf.set(movieId, supposed);
      else whatIf.delete(movieId);
      return supposeAll(whatIf);
    },
    [supposeAll],
  );

  const resetWhatIf = useCallback(() => supposeAll(NOTHING_SUPPOSED), [supposeAll]);

  useEffect(() => {
    keepShown(userId, latest.current);
    seen.add(initial.ranking.ranking_id);
    if (!start.isCurrent) catchUp("");
    return () => running.current?.abort();
  }, [userId, initial.ranking.ranking_id, start, catchUp]);

  // The address may change without this component's doing: a link to the same page, Back and Forward.
  const query = queryOf(asked);
  useEffect(() => {
    const settings = settingsOf(new URLSearchParams(window.location.search));
    const isNewest = query === queryOf(settings);
    if (isNewest && query !== queryOf(latest.current.settings)) change(settings);
  }, [query, change]);

  return { state, change, rate, pass, suppose, resetWhatIf };
}

/** The answers that were on the screen already: one that comes a second time comes from the router's memory. */
const seen = new Set<string>();
/** What each list showed last, by user and settings. */
const shown = new Map<string, Pick<RankingState, "ranking" | "profile">>();
const SHOWN_AT_MOST = 20;

function keepShown(userId: number, { settings, ranking, profile, whatIf }: RankingState): void {
  if (whatIf.size > 0) return;
  const key = shownKey(userId, settings);
  shown.delete(key);
  shown.set(key, { ranking, profile });
  for (const oldest of [...shown.keys()].slice(0, -SHOWN_AT_MOST)) shown.delete(oldest);
}

function shownKey(userId: number, settings: Settings): string {
  return `${userId}?${queryOf(settings)}`;
}

function startOf(initial: Initial, asked: Settings): { state: RankingState; isCurrent: boolean } {
  const { userId } = initial;
  const isNew = !seen.has(initial.ranking.ranking_id) && queryOf(asked) === queryOf(initial.settings);
  const { ranking, profile } = (isNew ? undefined : shown.get(shownKey(userId, asked))) ?? initial;
  const given = givenBy(userId);
  const state = {
    ranking,
    profile,
    settings: asked,
    moved: new Map(),
    rated: ratedAmong(given.ratings, ranking),
    leaving: new Set<number>(),
    isPending: false,
    trouble: null,
    announcement: "",
    receipt: null,
    whatIf: NOTHING_SUPPOSED,
    undo: null,
  };
  return { state, isCurrent: isNew && reflects(given, ranking, profile) };
}

function ratedAmong(given: ReadonlyMap<number, number | null>, { items }: Ranking): Map<number, number> {
  const shown = new Set(items.map((item) => item.movie_id));
  return new Map(
    [...given].filter((pair): pair is [number, number] => pair[1] !== null && shown.has(pair[0])),
  );
}

type Asked = Pick<RankingState, "settings" | "whatIf">;

function requestOf({ settings, whatIf }: Asked, userId: number): RankRequest {
  return { ...rankRequest(userId, settings), ...(whatIf.size > 0 && { overrides: overridesOf(whatIf) }) };
}

/** The first list and profile that know of every rating given here; null when none do in time. */
async function currentAnswer(
  asked: Asked,
  userId: number,
  looks: readonly number[],
  signal: AbortSignal,
  after: readonly Receipt[],
): Promise<{ ranking: Ranking; profile: UserProfile | null } | null> {
  for (const wait of looks) {
    await pause(wait, signal);
    // The ranking waits until what the receipts name is applied; the profile, read after it, then has it too.
    const ranking = await rerank({ ...requestOf(asked, userId), after: [...after] }, signal);
    const read = await fetchProfile(userId, signal);
    const profile = read.ok ? read.data : null;
    if (ranking.ok && reflects(givenBy(userId), ranking.data, profile))
      return { ranking: ranking.data, profile };
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
