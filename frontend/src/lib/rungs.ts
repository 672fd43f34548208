/** What each rung of the degradation ladder means to a reader. */
import type { RankMeta } from "./types";

export interface Notice {
  tone: "cold" | "degraded";
  text: string;
}

const PARTS: Record<string, string> = {
  ranker: "the ranker",
  redis: "the store of recent ratings",
  model: "the ranking model",
  kafka: "the event log",
};
/** Stands among the missing parts, but is a state that passes by itself. */
const REBUILDING = "rebuilding";

/** Null when the answer is as good as it gets. */
export function noticeFor(meta: RankMeta, userId: number): Notice | null {
  const degraded = meta.degraded ?? [];
  const isRebuilding = degraded.includes(REBUILDING);
  const text = textFor(meta.rung, userId, isRebuilding, degraded.includes("redis"));
  const missing = missingParts(degraded);
  switch (meta.rung) {
    case "personal":
    case "similar":
      return isRebuilding || missing ? { tone: "degraded", text: text + missing } : null;
    case "cold":
      return { tone: knowsNobody(degraded) ? "degraded" : "cold", text: text + missing };
    case "stale":
    case "retrieval":
    case "popular":
      return { tone: "degraded", text: text + missing };
    default:
      return null;
  }
}

/** Whether an answer says nothing of what a user has rated, because the ratings cannot be read. */
export function knowsNobody(degraded: readonly string[]): boolean {
  return degraded.includes(REBUILDING) || degraded.includes("redis");
}

/** Only a model's scores can be compared. */
export function hasModelScores(meta: RankMeta): boolean {
  return meta.rung === "personal" || meta.rung === "similar" || meta.rung === "stale";
}

function textFor(
  rung: RankMeta["rung"],
  userId: number,
  isRebuilding: boolean,
  isStoreMissing: boolean,
): string {
  const rebuilt = "The store of ratings is being rebuilt";
  switch (rung) {
    case "personal":
    case "similar":
      return isRebuilding
        ? `${rebuilt}: for a moment this list may lack some ratings.`
        : "This list is complete, but a part of the system is unavailable.";
    case "cold":
      if (isRebuilding) return `${rebuilt}; until then, these are popular movies.`;
      if (isStoreMissing) return "Your ratings are unavailable at the moment; these are popular movies.";
      return `User ${userId} has no ratings yet: showing popular movies. Rate a few to make it yours.`;
    case "stale":
      return isRebuilding
        ? `${rebuilt}; until then, this list uses your last known ratings.`
        : "Your newest ratings are unavailable at the moment; this list uses your last known ones.";
    case "retrieval":
      return `No ranking model is available: these movies fit your taste, but their order is rough.${isRebuilding ? ` ${rebuilt}.` : ""}`;
    case "popular":
      return `Personal rankings are unavailable at the moment: this is the popular list that everyone gets.${isRebuilding ? ` ${rebuilt}.` : ""}`;
    default:
      return "";
  }
}

function missingParts(degraded: readonly string[]): string {
  const parts = degraded.filter((part) => part !== REBUILDING).map((part) => PARTS[part] ?? part);
  return parts.length === 0 ? "" : ` Unavailable: ${parts.join(", ")}.`;
}
