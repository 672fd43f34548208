/** What the list of a user shows, and what it showed last: taken up again when the router brings back an old page. */
import { givenBy, reflects } from "@/lib/given";
import type { Trouble } from "@/lib/outcome";
import { isSameList, queryOf, type Settings } from "@/lib/settings";
import type { Ranking, Receipt, UserProfile } from "@/lib/types";
import { NOTHING_SUPPOSED, type WhatIf } from "@/lib/what-if";

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

export interface Initial {
  userId: number;
  ranking: Ranking;
  profile: UserProfile | null;
  settings: Settings;
}

/** The answers that were on the screen already: one that comes a second time comes from the router's memory. */
export const seen = new Set<string>();
/** What each list showed last, by user and settings. */
const shown = new Map<string, Pick<RankingState, "ranking" | "profile">>();
const SHOWN_AT_MOST = 20;

export function keepShown(userId: number, { settings, ranking, profile, whatIf }: RankingState): void {
  if (whatIf.size > 0) return;
  const key = shownKey(userId, settings);
  shown.delete(key);
  shown.set(key, { ranking, profile });
  for (const oldest of [...shown.keys()].slice(0, -SHOWN_AT_MOST)) shown.delete(oldest);
}

function shownKey(userId: number, settings: Settings): string {
  return `${userId}?${queryOf({ ...settings, view: "cards" })}`;
}

export function startOf(initial: Initial, asked: Settings): { state: RankingState; isCurrent: boolean } {
  const { userId } = initial;
  const isNew = !seen.has(initial.ranking.ranking_id) && isSameList(asked, initial.settings);
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

/** The movies of a list that were rated in this tab and are still in it: it does not know of the ratings yet. */
function ratedAmong(given: ReadonlyMap<number, number | null>, { items }: Ranking): Map<number, number> {
  const shown = new Set(items.map((item) => item.movie_id));
  return new Map(
    [...given].filter((pair): pair is [number, number] => pair[1] !== null && shown.has(pair[0])),
  );
}
