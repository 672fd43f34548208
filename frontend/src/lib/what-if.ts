/** What if a rating were another one, or none: the suppositions behind a list, and the ratings that carry it. */
import type { Override, RankedCard } from "./types";

export interface Supposed {
  title: string;
  /** Null: as if it had not been rated. */
  stars: number | null;
}

export type WhatIf = ReadonlyMap<number, Supposed>;

export const NOTHING_SUPPOSED: WhatIf = new Map();

export function overridesOf(whatIf: WhatIf): Override[] {
  return [...whatIf].map(([movie_id, { stars }]) => ({ movie_id, rating: stars }));
}

export interface Carrier {
  movieId: number;
  title: string;
  stars: number;
  /** The movies of the list that cite this rating. */
  cards: readonly number[];
}

/** The ratings that the list's reasons cite, those of most movies first. */
export function carriersOf(items: readonly RankedCard[], most = 8): Carrier[] {
  const found = new Map<number, Carrier & { cards: number[] }>();
  for (const item of items) {
    for (const evidence of (item.reasons ?? []).flatMap((reason) => reason.evidence ?? [])) {
      if (evidence.kind !== "rated_movie" || evidence.movie_id == null || evidence.rating == null) continue;
      const { movie_id: movieId, label: title, rating: stars } = evidence;
      const carrier = found.get(movieId) ?? { movieId, title, stars, cards: [] };
      if (!carrier.cards.includes(item.movie_id)) carrier.cards.push(item.movie_id);
      found.set(movieId, carrier);
    }
  }
  return [...found.values()].sort((a, b) => b.cards.length - a.cards.length).slice(0, most);
}

/** What a supposition did to a list, in one sentence. */
export function effectOf(moved: ReadonlyMap<number, number | "new">): string {
  const fresh = [...moved.values()].filter((move) => move === "new").length;
  const shifted = [...moved.values()].filter((move) => move !== "new" && move !== 0).length;
  if (fresh === 0 && shifted === 0) return "The list stays as it is.";
  const parts = [
    fresh > 0 && `${fresh} ${fresh === 1 ? "movie is" : "movies are"} new`,
    shifted > 0 && `${shifted} ${shifted === 1 ? "changes its place" : "change their places"}`,
  ];
  return `${parts.filter(Boolean).join(", ")}.`;
}
