import type { Check } from "@/lib/types";

const MARKS: Record<Check["outcome"], { sign: string; colour: string }> = {
  passed: { sign: "●", colour: "text-plus" },
  failed: { sign: "▲", colour: "text-minus" },
  undecided: { sign: "○", colour: "text-soft" },
};

/** Every check of a verdict with its sentence. */
export function CheckTable({ checks }: { checks: readonly Check[] }) {
  return (
    <table className="w-full border-collapse text-left text-sm" data-testid="model-checks">
      <caption className="sr-only">The checks of the verdict</caption>
      <thead className="text-soft text-xs">
        <tr>
          <th scope="col" className="py-1 pr-3 font-semibold">
            Outcome
          </th>
          <th scope="col" className="py-1 font-semibold">
            Check
          </th>
        </tr>
      </thead>
      <tbody>
        {checks.map(({ name, outcome, detail }) => (
          <tr key={name} className="border-line border-t" data-testid="model-check" data-outcome={outcome}>
            <td className={`whitespace-nowrap py-1.5 pr-3 align-top font-semibold ${MARKS[outcome].colour}`}>
              <span aria-hidden="true">{MARKS[outcome].sign} </span>
              {outcome}
            </td>
            <td className="py-1.5 align-top leading-snug">
              <span className="font-semibold">{name}</span>
              <span className="block break-words text-soft">{detail}</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
