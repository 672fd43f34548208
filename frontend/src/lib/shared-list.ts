/** What a shared link shows: the picks that exist, and the first movies of the list that forms from them. */
import "server-only";
import { cache } from "react";
import { movie, rank } from "./api";
import { LOVED_STARS, sharedIds } from "./picks";
import { bestReasons } from "./scores";
import type { Card, RankedCard, Reason } from "./types";

export interface SharedList {
  picks: readonly Card[];
  /** Empty where no list forms from the picks: none of them is known, or the ranker does not answer. */
  first: readonly RankedCard[];
}

const SHOWN = 3;
/** Lists that are the same whatever was picked. */
const NOBODYS: ReadonlySet<string> = new Set(["cold", "popular"]);

/** Asked for once per request, however many parts of it need the answer. */
export const sharedPicks = cache(async (text: string): Promise<readonly Card[]> => {
  const named = await Promise.all(sharedIds(text).map(movie));
  return named.flatMap((each) => (each.ok ? [each.data] : []));
});

/** Ranked as for any guest: nothing is stored, and no user is named. */
export const sharedList = cache(async (text: string): Promise<SharedList> => {
  const picks = await sharedPicks(text);
  if (picks.length === 0) return { picks, first: [] };
  const ratings = picks.map(({ movie_id }) => ({ movie_id, rating: LOVED_STARS }));
  const ranked = await rank({ ratings, k: SHOWN });
  const isTheirs = ranked.ok && !NOBODYS.has(ranked.data.meta.rung);
  return { picks, first: isTheirs ? ranked.data.items : [] };
});

/** The first reason of the first movie. */
export function firstReason({ first }: SharedList): Reason | null {
  return bestReasons(first[0]?.reasons ?? [], 1)[0] ?? null;
}
