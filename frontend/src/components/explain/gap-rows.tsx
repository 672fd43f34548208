import { SignedBar } from "@/components/movies/signed-bar";
import { FAMILIES, oddsPercent } from "@/lib/explanations";
import { signed } from "@/lib/format";
import type { Gap } from "@/lib/types";

const SHOWN = 4;

/** What parts a movie from the last place of the list, the parts that make the distance first. */
export function GapRows({ gap, k }: { gap: Gap; k: number }) {
  const families = gap.families.slice(0, SHOWN);
  const widest = Math.max(...families.map((family) => Math.abs(family.difference)), 1e-9);
  return (
    <div>
      <p className="text-sm">
        Beside place {k}, the last of the list, it would be put first{" "}
        <strong className="tabular-nums">{oddsPercent(gap.score)}</strong> times of 100. What it has less or
        more of:
      </p>
      <ul className="mt-2 space-y-1.5 text-sm">
        {families.map(({ code, difference }) => (
          <li
            key={code}
            className="grid grid-cols-[minmax(0,1fr)_4.5rem_2.75rem] items-center gap-x-3"
            data-testid="gap-row"
            data-code={code}
          >
            <span className="leading-snug">{FAMILIES[code] ?? code}</span>
            <span aria-hidden="true">
              <SignedBar value={difference} widest={widest} />
            </span>
            <span className={`text-right tabular-nums ${difference < 0 ? "text-minus" : "text-plus"}`}>
              {signed(difference)}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
