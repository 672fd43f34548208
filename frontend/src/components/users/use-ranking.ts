"use client";

import { useSearchParams } from "next/navigation";
import { useCallback, useEffect, useRef, useState } from "react";
import { dismiss, removeRating, rerank, sendRating } from "@/lib/browser";
import { counted, stars as inStars } from "@/lib/format";
import { givenBy, isOffList, reflects } from "@/lib/given";
import type { Outcome } from "@/lib/outcome";
import { movement } from "@/lib/scores";
import { isSameList, queryOf, type Settings, settingsOf } from "@/lib/settings";
import type { RankedCard, Ranking, Receipt } from "@/lib/types";
import { effectOf, NOTHING_SUPPOSED, type Supposed, type WhatIf } from "@/lib/what-if";
import { currentAnswer, LATE_LOOKS_MS, LOOKS_MS, pause, requestOf, unlessAborted } from "./current-answer";
import { type Initial, keepShown, type RankingState, seen, startOf } from "./ranking-state";

const FADE_MS = 180;

type Send = () => Promise<Outcome<readonly Receipt[]>>;

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

  /** Asks for the list under other settings or suppositions, and shows it with what `told` says of it. */
  const ask = useCallback(
    async (asked: Partial<RankingState>, told: (ranking: Ranking) => Partial<RankingState>) => {
      const signal = begin();
      update({ ...asked, isPending: true, trouble: null });
      await unlessAborted(async () => {
        const outcome = await rerank(requestOf(latest.current, userId), signal);
        if (signal.aborted) return;
        if (!outcome.ok) return update({ isPending: false, trouble: outcome.trouble });
        arrive({ ranking: outcome.data, ...told(outcome.data) });
        if (!reflects(givenBy(userId), outcome.data, latest.current.profile)) await catchUp("");
      });
    },
    [userId, begin, update, arrive, catchUp],
  );

  const change = useCallback(
    (settings: Settings) => {
      const query = queryOf(settings);
      // Next's router follows a replaced address: useSearchParams tells of it, and Back returns to it.
      if (query !== queryOf(settingsOf(new URLSearchParams(window.location.search)))) {
        window.history.replaceState(null, "", query ? `?${query}` : window.location.pathname);
      }
      if (isSameList(settings, latest.current.settings)) return update({ settings });
      return ask({ settings }, ({ items }) => ({
        moved: new Map(),
        announcement: `The list is updated: ${counted(items.length, "movie")}.`,
      }));
    },
    [ask, update],
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

  const unrate = useCallback(
    (movieId: number) => {
      const rated = new Map(latest.current.rated);
      rated.delete(movieId);
      update({ rated });
    },
    [update],
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
      if (!isSent) return unrate(card.movie_id);
      offer(`The rating of ${card.title} is taken back.`, async () => {
        const sent = await removeRating(userId, card.movie_id);
        if (sent.ok) unrate(card.movie_id);
        return sent;
      });
    },
    [userId, update, unrate, act, offer],
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
    (whatIf: WhatIf) =>
      ask({ whatIf, undo: null }, ({ items }) => {
        const moved = movement(latest.current.ranking.items, items);
        const without = [...whatIf.values()].map(({ title }) => title).join(", ");
        return {
          moved,
          announcement: `${without ? `Without ${without}: ` : "As it is: "}${effectOf(moved)}`,
        };
      }),
    [ask],
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
