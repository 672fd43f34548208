import { bestReasons } from "@/lib/scores";
import type { Reason } from "@/lib/types";
import { ReasonText } from "./reason-text";

const MARKS: Record<Reason["code"], string> = {
  liked_similar: "♥",
  taste_genre: "◆",
  taste_content: "◆",
  popular: "●",
  trending: "▲",
  well_rated: "★",
  era: "◷",
  runtime: "◷",
  profile: "◆",
  co_rated: "♥",
  same_content: "◆",
};

/** The reasons that speak most for a movie, strongest first. */
export function ReasonList({ reasons, limit = 3 }: { reasons: readonly Reason[]; limit?: number }) {
  const best = bestReasons(reasons, limit);
  if (best.length === 0) return null;
  return (
    <ul className="space-y-0.5 text-sm leading-snug" aria-label="Reasons">
      {best.map((reason) => (
        <li
          key={reason.code + reason.text}
          className="flex gap-2"
          data-testid="reason"
          data-code={reason.code}
        >
          <span className="w-3.5 shrink-0 text-center text-glow" aria-hidden="true">
            {MARKS[reason.code] ?? "●"}
          </span>
          <span>
            <ReasonText reason={reason} />
          </span>
        </li>
      ))}
    </ul>
  );
}
