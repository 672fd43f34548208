/** An explanation's place, or what keeps the movie out, in a few words, and what its sentences can open. */

import type { Exclusion, Explained, Explanation, Reason } from "./types";
import { type Link, movieHref } from "./typeset";

/** The one explanation that was asked for; null where an answer is not what it should be. */
export function explanationOf(answer: Explained, movieId: number): Explanation | null {
  const items: readonly Explanation[] = Array.isArray(answer?.items) ? answer.items : [];
  return items.find((item) => item?.movie_id === movieId && typeof item.text === "string") ?? null;
}

/** "Number 3 in your list", "Place 41", "You rated it ★4". */
export function headlineOf({ rank, in_list: isListed, excluded_by: out }: Explanation): string {
  if (out) return OUT[out.rule](out);
  if (rank === null) return "Not in your list";
  return isListed ? `Number ${rank} in your list` : `Place ${rank} for you`;
}

const OUT: Record<Exclusion["rule"], (out: Exclusion) => string> = {
  rated: ({ rating }) => (rating == null ? "You rated it" : `You rated it ★${rating}`),
  dismissed: () => "Not for you, you said",
  excluded: () => "Left out",
  not_in_model: () => "Too new to be ranked",
  not_released: () => "Not released yet",
  filter: () => "Outside your filters",
  not_a_candidate: () => "Not among your candidates",
};

/** The movies that an explanation's text names. */
export function linksOf({ would_enter: enter, would_leave: leave }: Explanation): Link[] {
  return [...(enter?.changes ?? []), ...(leave?.without ?? [])].map((movie) => ({
    text: movie.title,
    href: movieHref(movie.movie_id),
  }));
}

/** How often of 100 times this movie would be put before the other: a difference of scores is the logarithm of odds. */
export function oddsPercent(difference: number): number {
  return Math.round(100 / (1 + Math.exp(-difference)));
}

/** The parts of a score, for a reader. */
export const FAMILIES: Record<Reason["code"], string> = {
  liked_similar: "What fans of your likes like",
  taste_genre: "Your genres",
  taste_content: "People and themes you like",
  popular: "How well known it is",
  trending: "Recent interest",
  well_rated: "How others rate it",
  era: "When it came out",
  runtime: "Its length",
  profile: "How you rate in general",
  co_rated: "Fans in common",
  same_content: "Genres, people and themes",
};
