/** What was done in this tab: what an answer from before it, kept by the router for Back, cannot know. */
import type { Ranking, Receipt, UserProfile } from "./types";

interface Given {
  /** Movie ids and stars, the newest last; null for a rating that was taken back. */
  ratings: ReadonlyMap<number, number | null>;
  /** Movies that are not for this user. */
  dismissed: ReadonlySet<number>;
  /** Of what was done last, so that an answer can wait until it counts. */
  receipts: readonly Receipt[];
}

const byUser = new Map<number, Given>();
const listeners = new Set<() => void>();
export const NOTHING_GIVEN: Given = { ratings: new Map(), dismissed: new Set(), receipts: [] };
/** As many as a request may name. */
const MOST_RECEIPTS = 20;

/** Calls back after every change, until the function that it returns is called. */
export function onGiven(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Keeps an accepted rating, or its removal (null). For the browser only: a server would keep everybody's. */
export function remember(userId: number, movieId: number, stars: number | null): void {
  const ratings = new Map(givenBy(userId).ratings);
  ratings.delete(movieId);
  keep(userId, { ratings: ratings.set(movieId, stars) });
}

/** Keeps that a movie was dismissed, or brought back. */
export function rememberDismissed(userId: number, movieId: number, isDismissed: boolean): void {
  const dismissed = new Set(givenBy(userId).dismissed);
  if (isDismissed) dismissed.add(movieId);
  else dismissed.delete(movieId);
  keep(userId, { dismissed });
}

/** Keeps where the log has what was done. */
export function rememberReceipts(userId: number, receipts: readonly Receipt[]): void {
  keep(userId, { receipts: receipts.slice(-MOST_RECEIPTS) });
}

export function givenBy(userId: number): Given {
  return byUser.get(userId) ?? NOTHING_GIVEN;
}

function keep(userId: number, change: Partial<Given>): void {
  byUser.set(userId, { ...givenBy(userId), ...change });
  for (const listener of listeners) listener();
}

/** Whether a movie has no place in the user's list: rated or dismissed in this tab. */
export function isOffList(
  { ratings, dismissed }: Pick<Given, "ratings" | "dismissed">,
  movieId: number,
): boolean {
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
