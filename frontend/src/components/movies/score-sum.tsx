import { FAMILIES } from "@/lib/explanations";
import { plain, signed } from "@/lib/format";
import { unexplained } from "@/lib/scores";
import type { RankedCard } from "@/lib/types";
import { ReasonText } from "./reason-text";
import { SignedBar } from "./signed-bar";

interface Props {
  card: Pick<RankedCard, "title" | "base" | "reasons" | "score">;
  /** Names the parts in a word or two, where their sentences stand beside. */
  isBrief?: boolean;
}

/** Base and contributions as signed bars that add up to the score; what they leave open is named. */
export function ScoreSum({ card, isBrief = false }: Props) {
  const rest = unexplained(card);
  const rows = [
    { key: "base", label: "Where every movie starts", value: card.base },
    ...(card.reasons ?? []).map((reason) => ({
      key: reason.code + reason.text,
      label: isBrief ? (FAMILIES[reason.code] ?? reason.text) : <ReasonText reason={reason} />,
      value: reason.contribution,
    })),
    ...(rest ? [{ key: "rest", label: "Not explained", value: rest }] : []),
  ];
  const widest = Math.max(...rows.map((row) => Math.abs(row.value)), 1e-9);
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
        {rows.map(({ key, label, value }) => (
          <tr key={key} data-testid="why-row" data-value={value}>
            <th scope="row" className="pr-3 text-left font-normal leading-snug">
              {label}
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

/** What rounds to nothing neither adds nor takes away. */
function tone(value: number): string {
  if (Math.abs(value) < 0.005) return "text-soft";
  return value < 0 ? "text-minus" : "text-plus";
}
