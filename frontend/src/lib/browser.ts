/** What the browser may ask of this server; it never talks to the gateway itself. */
import { remember, rememberDismissed, rememberReceipts } from "./given";
import type { Action } from "./models";
import { type Outcome, type OwnRating, outcomeOf, ownRatingOf, unreachable } from "./outcome";
import type {
  Decided,
  Explained,
  ExplainRequest,
  GuestRating,
  NewUser,
  Pipeline,
  Ranking,
  RankRequest,
  RatedMovie,
  RatingsRequest,
  Receipt,
  Receipts,
  SearchPage,
  UserProfile,
} from "./types";

export const searchTitles = (query: URLSearchParams, signal?: AbortSignal) =>
  ask<SearchPage>(`/api/search?${query}`, signal ? { signal } : {});

export const rerank = (body: RankRequest, signal: AbortSignal) =>
  ask<Ranking>("/api/rank", { ...json(body), signal });

export const explain = (body: ExplainRequest, signal: AbortSignal) =>
  ask<Explained>("/api/explain", { ...json(body), signal });

export const fetchSimilar = (movieId: number, content: number, signal: AbortSignal) =>
  ask<Ranking>(`/api/movies/${movieId}/similar?k=18&content=${content}`, { signal });

export const fetchPipeline = (signal: AbortSignal) => ask<Pipeline>("/api/pipeline", { signal });

/** Lets a model serve; the key goes with this one request, and is kept nowhere here. */
export const decide = (version: string, action: Action, key: string, reason: string) => {
  const { headers, ...sent } = json({ reason });
  return ask<Decided>(`/api/models/${encodeURIComponent(version)}/${action}`, {
    ...sent,
    headers: { ...headers, "x-api-key": key },
  });
};

export const fetchProfile = (userId: number, signal: AbortSignal) =>
  ask<UserProfile>(`/api/users/${userId}`, { signal });

export async function fetchOwnRating(
  userId: number,
  movieId: number,
  signal: AbortSignal,
): Promise<OwnRating> {
  return ownRatingOf(userId, await ask<RatedMovie>(`/api/users/${userId}/ratings/${movieId}`, { signal }));
}

export const newUser = () => ask<NewUser>("/api/users", json({}));

export const sendRating = (userId: number, movieId: number, stars: number) =>
  sendRatings(userId, [{ movie_id: movieId, rating: stars }]);

/** Sends ratings, each under a fresh event id, so that a repeat by the network counts once. */
export async function sendRatings(
  userId: number,
  ratings: readonly GuestRating[],
): Promise<Outcome<readonly Receipt[]>> {
  const body: RatingsRequest = {
    ratings: ratings.map((rating) => ({ event_id: newEventId(), user_id: userId, ...rating })),
  };
  const sent = await ask<Receipts>("/api/ratings", json(body));
  if (sent.ok) {
    rememberReceipts(userId, sent.data.receipts);
    for (const { movie_id, rating } of ratings) remember(userId, movie_id, rating);
  }
  return receiptsOf(sent);
}

/** Takes a rating back, as if it had never been given. */
export async function removeRating(userId: number, movieId: number): Promise<Outcome<readonly Receipt[]>> {
  const sent = await ask<Receipt>(`/api/users/${userId}/ratings/${movieId}`, { method: "DELETE" });
  if (!sent.ok) return sent;
  rememberReceipts(userId, [sent.data]);
  remember(userId, movieId, null);
  return { ok: true, data: [sent.data] };
}

/** Takes a movie off the user's list, or puts it back. */
export async function dismiss(
  userId: number,
  movieId: number,
  isDismissed: boolean,
): Promise<Outcome<readonly Receipt[]>> {
  const event = { event_id: newEventId(), user_id: userId, movie_id: movieId };
  const kind = isDismissed ? { kind: "dismiss", reason: "not_interested" } : { kind: "undismiss" };
  const sent = await ask<Receipts>("/api/events", json({ events: [{ ...event, ...kind }] }));
  if (sent.ok) {
    rememberReceipts(userId, sent.data.receipts);
    rememberDismissed(userId, movieId, isDismissed);
  }
  return receiptsOf(sent);
}

function receiptsOf(sent: Outcome<Receipts>): Outcome<readonly Receipt[]> {
  return sent.ok ? { ok: true, data: sent.data.receipts } : sent;
}

function json(body: unknown): RequestInit {
  return { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}

/** crypto.randomUUID exists only on https and localhost; a page opened by a LAN address has the bytes alone. */
function newEventId(): string {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  const hex = [...crypto.getRandomValues(new Uint8Array(16))]
    .map((b) => b.toString(16).padStart(2, "0"))
    .join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}

async function ask<T>(path: string, init: RequestInit): Promise<Outcome<T>> {
  try {
    return await outcomeOf<T>(await fetch(path, { ...init, cache: "no-store" }));
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    return { ok: false, trouble: unreachable("The page's own server does not answer. Are you online?") };
  }
}

/** Whether an error is only our own abort of a request that something newer replaced. */
export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}
