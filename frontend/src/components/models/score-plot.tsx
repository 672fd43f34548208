import { counted } from "@/lib/format";
import { figure, type Score, type ScoreGroup, scaleOf, signedFigure } from "@/lib/models";

/** nDCG@10 of the model and of those it is compared with: a dot for the mean, a line for its interval. */
export function ScorePlot({ groups }: { groups: readonly ScoreGroup[] }) {
  const scale = scaleOf(groups);
  return (
    <table className="w-full border-collapse text-left text-sm" data-testid="model-scores">
      <caption className="mb-2 text-left text-soft text-sm">
        nDCG@10 of the trial ranker and of single models on the newest window, with 95 % intervals.
      </caption>
      <thead className="text-soft text-xs">
        <tr>
          <th scope="col" className="w-[27%] py-1 pr-3 font-semibold sm:w-1/4">
            Ranked by
          </th>
          <th scope="col" className="py-1 font-semibold">
            <span className="flex justify-between gap-2 tabular-nums">
              <span>0</span>
              <span>{scale}</span>
            </span>
          </th>
          <th scope="col" className="w-[7rem] py-1 pl-3 font-semibold sm:w-[13rem] lg:w-[22rem]">
            nDCG@10, and what the model has more
          </th>
        </tr>
      </thead>
      {groups.map(({ label, lists, scores }) => (
        <tbody key={label} className="border-line border-t">
          <tr>
            <th scope="rowgroup" colSpan={3} className="pt-2.5 pb-1 font-bold">
              {label}
              {lists !== null && <span className="font-normal text-soft">, {counted(lists, "list")}</span>}
            </th>
          </tr>
          {scores.map((score) => (
            <Row key={score.system} score={score} scale={scale} />
          ))}
        </tbody>
      ))}
    </table>
  );
}

function Row({ score, scale }: { score: Score; scale: number }) {
  const { label, mean, low, high, gain } = score;
  const isModel = gain === null && score.system === "marquee";
  const place = (value: number) => `${(100 * Math.min(Math.max(value, 0), scale)) / scale}%`;
  return (
    <tr data-testid="model-score" data-system={score.system} data-mean={mean}>
      <th
        scope="row"
        className={`py-1.5 pr-3 align-top leading-snug ${isModel ? "font-semibold" : "font-normal"}`}
      >
        {label}
      </th>
      <td className="py-1.5 align-top">
        <div aria-hidden="true" className="relative mt-1 h-3 border-line border-x">
          <span
            className={`absolute top-1/2 -translate-y-1/2 border-t-2 ${isModel ? "border-glow" : "border-soft"}`}
            style={{ left: place(low), right: `calc(100% - ${place(high)})` }}
          />
          <span
            className={`absolute top-1/2 -translate-x-1/2 -translate-y-1/2 rounded-full border-5 ${isModel ? "border-glow" : "border-soft"}`}
            style={{ left: place(mean) }}
          />
        </div>
      </td>
      <td className="py-1.5 pl-3 align-top tabular-nums leading-snug">
        <span className={isModel ? "font-semibold" : ""}>{figure(mean)}</span>{" "}
        <span className="whitespace-nowrap text-soft">
          [{figure(low)}, {figure(high)}]
        </span>
        {gain && (
          <span className="block whitespace-nowrap text-xs lg:ml-3 lg:inline">
            {signedFigure(gain.mean)}{" "}
            <span className="whitespace-normal text-soft">
              [{signedFigure(gain.low)}, {signedFigure(gain.high)}]
            </span>
          </span>
        )}
      </td>
    </tr>
  );
}
