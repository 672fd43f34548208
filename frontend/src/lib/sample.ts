/** The sample on the front page: who somebody with a few loved movies would be, and what to show of their list. */
import { bestReasons } from "./scores";
import type { Card, GuestRating, RankedCard } from "./types";

export const LOVED = 3;
export const STARS = 5;

/** The best known movies, each with five stars. */
export function sampleRatings(popular: readonly Pick<Card, "movie_id">[]): GuestRating[] {
  return popular.slice(0, LOVED).map(({ movie_id }) => ({ movie_id, rating: STARS }));
}

/** The first cards with a reason that names one of the loved movies, at most so many. */
export function tellingCards(
  cards: readonly RankedCard[],
  ratings: readonly GuestRating[],
  most: number,
): RankedCard[] {
  const loved = new Set(ratings.map(({ movie_id }) => movie_id));
  const names = (card: RankedCard) =>
    bestReasons(card.reasons ?? [], 2).some(({ fact }) => loved.has(Number(fact?.slots?.movie_id)));
  return cards.filter(names).slice(0, most);
}
