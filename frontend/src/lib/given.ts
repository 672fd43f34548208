/** The ratings given in this tab: what an answer from before them, kept by the router for Back, cannot know. */
import type { Ranking, UserProfile } from "./types";

const byUser = new Map<number, Map<number, number>>();
const NONE: ReadonlyMap<number, number> = new Map();

/** Keeps an accepted rating. For the browser only: a server would keep everybody's. */
export function remember(userId: number, movieId: number, stars: number): void {
  const given = byUser.get(userId) ?? new Map<number, number>();
  given.delete(movieId);
  byUser.set(userId, given.set(movieId, stars));
}

/** Movie ids and stars, the newest last. */
export function givenBy(userId: number): ReadonlyMap<number, number> {
  return byUser.get(userId) ?? NONE;
}

/** Whether a list and a profile know of all these ratings; a profile that could not be read is not asked. */
export function reflects(
  given: ReadonlyMap<number, number>,
  ranking: Pick<Ranking, "items">,
  profile: Pick<UserProfile, "recent_ratings"> | null,
): boolean {
  if (ranking.items.some((item) => given.has(item.movie_id))) return false;
  const newest = [...given].at(-1);
  if (!newest || !profile) return true;
  const [movieId, stars] = newest;
  return profile.recent_ratings.some((movie) => movie.movie_id === movieId && movie.rating === stars);
}
