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

/** Null when the answer is as good as it gets. */
export function noticeFor(meta: RankMeta, userId: number): Notice | null {
  const missing = missingParts(meta.degraded ?? []);
  switch (meta.rung) {
    case "personal":
    case "similar":
      return missing
        ? { tone: "degraded", text: `This list is complete, but something is missing.${missing}` }
        : null;
    case "cold":
      return {
        tone: "cold",
        text: `User ${userId} has no ratings yet: showing popular movies. Rate a few to make it yours.${missing}`,
      };
    case "stale":
      return {
        tone: "degraded",
        text: `Your newest ratings cannot be read just now; this list uses the last known ones.${missing}`,
      };
    case "retrieval":
      return {
        tone: "degraded",
        text: `No ranking model is at hand: these movies fit your taste, but their order is rough and not explained.${missing}`,
      };
    case "popular":
      return {
        tone: "degraded",
        text: `Personal ranking is away for the moment: this is the popular list that everyone gets.${missing}`,
      };
    default:
      return null;
  }
}

/** Only a model's scores can be compared. */
export function hasModelScores(meta: RankMeta): boolean {
  return meta.rung === "personal" || meta.rung === "similar" || meta.rung === "stale";
}

function missingParts(degraded: readonly string[]): string {
  if (degraded.length === 0) return "";
  return ` Not answering: ${degraded.map((part) => PARTS[part] ?? part).join(", ")}.`;
}
