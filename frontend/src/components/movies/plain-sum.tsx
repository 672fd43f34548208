import { plain, signed } from "@/lib/format";
import { sumParts } from "@/lib/scores";
import type { RankedCard } from "@/lib/types";

/** The sum in words and figures alone, for readers without script: each card of a list brings it, so it is small. */
export function PlainSum({ card }: { card: RankedCard }) {
  return (
    <table className="w-full text-sm [&_td]:text-right [&_th]:pr-3 [&_th]:text-left" data-testid="why-panel">
      <caption className="sr-only">How the score of {card.title} adds up</caption>
      <tbody>
        {sumParts(card).map(({ key, text, value }) => (
          <tr key={key}>
            <th scope="row">{text}</th>
            <td>{signed(value)}</td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">Score</th>
          <td>{plain(card.score)}</td>
        </tr>
      </tfoot>
    </table>
  );
}
