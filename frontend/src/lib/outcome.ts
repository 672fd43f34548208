/** An answer or the trouble in its place. Errors thrown by server components lose their text; values keep it. */
import type { Problem, RatedMovie } from "./types";

export interface Trouble {
  status: number;
  code: string;
  title: string;
  detail: string;
  requestId: string | null;
}

export type Outcome<T> = { ok: true; data: T } | { ok: false; trouble: Trouble };

export const UNREACHABLE = "gateway_unreachable";

/** Reads a response: 2xx bodies are trusted to have the generated type, anything else becomes trouble. */
export async function outcomeOf<T>(response: Response): Promise<Outcome<T>> {
  const body: unknown = await response.json().catch(() => null);
  if (response.ok && body !== null) return { ok: true, data: body as T };
  return { ok: false, trouble: troubleOf(response, body as Partial<Problem> | null) };
}

export function unreachable(detail: string): Trouble {
  return { status: 502, code: UNREACHABLE, title: "The API cannot be reached", detail, requestId: null };
}

/** One user's rating of one movie: stars, or null for none. */
export interface OwnRating {
  userId: number;
  stars: number | null;
  /** False when nobody could say. */
  isKnown: boolean;
}

export function ownRatingOf(userId: number, outcome: Outcome<RatedMovie>): OwnRating {
  if (outcome.ok) return { userId, stars: outcome.data.rating, isKnown: true };
  return { userId, stars: null, isKnown: outcome.trouble.code === "rating_not_found" };
}

function troubleOf(response: Response, problem: Partial<Problem> | null): Trouble {
  const fields = (problem?.errors ?? []).map((error) => `${error.field}: ${error.message}`);
  return {
    status: response.status,
    code: problem?.code ?? "unknown",
    title: problem?.title ?? `The API answered ${response.status}`,
    detail: [problem?.detail ?? "", ...fields].filter(Boolean).join(" "),
    requestId: problem?.request_id ?? response.headers.get("x-request-id"),
  };
}
