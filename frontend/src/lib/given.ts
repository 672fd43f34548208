/** What was done in this tab: what an answer from before it, kept by the router for Back, cannot know. */
import type { Ranking, UserProfile } from "./types";

interface Given {
  /** Movie ids and stars, the newest last; null for a rating that was taken back. */
  ratings: ReadonlyMap<number, number | null>;
  /** Movies that are not for this user. */
  dismissed: ReadonlySet<number>;
}

const byUser = new Map<number, Given>();
const NOTHING: Given = { ratings: new Map(), dismissed: new Set() };

/** Keeps an accepted rating, or its removal (null). For the browser only: a server would keep everybody's. */
export function remember(userId: number, movieId: number, stars: number | null): void {
  const { ratings, dismissed } = givenBy(userId);
  const newest = new Map(ratings);
  newest.delete(movieId);
  byUser.set(userId, { ratings: newest.set(movieId, stars), dismissed });
}

/** Keeps that a movie was dismissed, or brought back. */
export function rememberDismissed(userId: number, movieId: number, isDismissed: boolean): void {
  const { ratings, dismissed } = givenBy(userId);
  const others = new Set(dismissed);
  if (isDismissed) others.add(movieId);
  else others.delete(movieId);
  byUser.set(userId, { ratings, dismissed: others });
}

export function givenBy(userId: number): Given {
  return byUser.get(userId) ?? NOTHING;
}

/** Whether a movie has no place in the user's list: rated or dismissed in this tab. */
export function isOffList({ ratings, dismissed }: Given, movieId: number): boolean {
  return dismissed.has(movieId) || ratings.get(movieId) != null;
}

/** Whether a list and a profile know of all this; a profile that could not be read is not asked. */
export function reflects(
  given: Given,
  ranking: Pick<Ranking, "items">,
  profile: Pick<UserProfile, "recent_ratings"> | null,
): boolean {
  if (ranking.items.some((item) => isOffList(given, item.movie_id))) return false;
  const newest = [...given.ratings].at(-1);
  if (!newest || !profile) return true;
  const [movieId, stars] = newest;
  const shown = profile.recent_ratings.find((movie) => movie.movie_id === movieId);
  return stars === null ? shown === undefined : shown?.rating === stars;
}
