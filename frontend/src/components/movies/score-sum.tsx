import { FAMILIES } from "@/lib/explanations";
import { plain, signed } from "@/lib/format";
import { sumParts } from "@/lib/scores";
import type { RankedCard, Reason } from "@/lib/types";
import { ReasonText } from "./reason-text";
import { SignedBar } from "./signed-bar";

interface Props {
  card: Pick<RankedCard, "title" | "base" | "reasons" | "score">;
  /** Names the parts in a word or two, where their sentences stand beside. */
  isBrief?: boolean;
}

/** Base and contributions as signed bars that add up to the score; what they leave open is named. */
export function ScoreSum({ card, isBrief = false }: Props) {
  const parts = sumParts(card);
  const widest = Math.max(...parts.map(({ value }) => Math.abs(value)), 1e-9);
  return (
    <table className="mt-2 w-full border-separate border-spacing-y-1.5 text-sm" data-testid="why-panel">
      <caption className="sr-only">How the score of {card.title} adds up</caption>
      <thead className="sr-only">
        <tr>
          <th scope="col">Part</th>
          <th scope="col">Bar</th>
          <th scope="col">Adds</th>
        </tr>
      </thead>
      <tbody>
        {parts.map(({ key, text, value, reason }) => (
          <tr key={key} data-testid="why-row" data-value={value}>
            <th scope="row" className="pr-3 text-left font-normal leading-snug">
              {reason ? <PartLabel reason={reason} isBrief={isBrief} /> : text}
            </th>
            <td className={isBrief ? "w-20" : "w-20 sm:w-32"} aria-hidden="true">
              <SignedBar value={value} widest={widest} />
            </td>
            <td className={`w-14 text-right tabular-nums ${tone(value)}`}>{signed(value)}</td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr className="font-bold">
          <th scope="row" className="border-line border-t pt-2 text-left">
            Score
          </th>
          <td className="border-line border-t pt-2" />
          <td className="border-line border-t pt-2 text-right tabular-nums" data-testid="why-score">
            {plain(card.score)}
          </td>
        </tr>
      </tfoot>
    </table>
  );
}

function PartLabel({ reason, isBrief }: { reason: Reason; isBrief: boolean }) {
  return isBrief ? (FAMILIES[reason.code] ?? reason.text) : <ReasonText reason={reason} />;
}

/** What rounds to nothing neither adds nor takes away. */
function tone(value: number): string {
  if (Math.abs(value) < 0.005) return "text-soft";
  return value < 0 ? "text-minus" : "text-plus";
}
