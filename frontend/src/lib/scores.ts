/** Scores for people. A ranking score has no unit; only differences mean something. */
import type { RankedCard, Reason } from "./types";

/**
 * How strong a match is beside the list's best, 1 to 100.
 *
 * LambdaRank fits score differences as log-odds of "this before that", so twice the odds-turned-probability
 * of beating the best is 100 for the best itself and falls towards 0: 2 / (1 + e^(top - score)).
 */
export function matchPercent(score: number, top: number): number {
  const percent = Math.round(200 / (1 + Math.exp(top - score)));
  return Math.min(100, Math.max(1, percent));
}

export function topScore(items: readonly RankedCard[]): number {
  return items.reduce((top, item) => Math.max(top, item.score), Number.NEGATIVE_INFINITY);
}

/** The first reasons that speak for a movie; the answer lists first what is to be told first. */
export function bestReasons(reasons: readonly Reason[], limit = 3): Reason[] {
  return reasons.filter((reason) => reason.contribution > 0).slice(0, limit);
}

/** The part of a score that base and contributions leave open; 0 within what rounding can do. */
export function unexplained(card: Pick<RankedCard, "score" | "base" | "reasons">): number {
  const sum = (card.reasons ?? []).reduce((total, reason) => total + reason.contribution, card.base);
  const rest = card.score - sum;
  return Math.abs(rest) < 0.005 ? 0 : rest;
}

export interface SumPart {
  key: string;
  text: string;
  value: number;
  /** None for the base, and for what nothing explains. */
  reason?: Reason;
}

/** What a score adds up from, in the answer's order. */
export function sumParts(card: Pick<RankedCard, "score" | "base" | "reasons">): SumPart[] {
  const rest = unexplained(card);
  return [
    { key: "base", text: "Where every movie starts", value: card.base },
    ...(card.reasons ?? []).map((reason) => ({
      key: reason.code + reason.text,
      text: reason.text,
      value: reason.contribution,
      reason,
    })),
    ...(rest ? [{ key: "rest", text: "Not explained", value: rest }] : []),
  ];
}

/** Where each movie of the new list stood in the old one: places gained, or "new". */
export function movement(
  before: readonly RankedCard[],
  after: readonly RankedCard[],
): Map<number, number | "new"> {
  const old = new Map(before.map((item) => [item.movie_id, item.rank]));
  return new Map(
    after.map((item) => {
      const rank = old.get(item.movie_id);
      return [item.movie_id, rank === undefined ? "new" : rank - item.rank];
    }),
  );
}
