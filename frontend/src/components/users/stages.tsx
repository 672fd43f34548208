import { PipelineDialog } from "@/components/pipeline/pipeline-dialog";
import { count, counted } from "@/lib/format";
import type { RankMeta, Receipt } from "@/lib/types";

interface Props {
  meta: RankMeta;
  /** Where the log keeps what was last done here. */
  receipt: Receipt | null;
}

/** The way from a star to this list, in the numbers that the answer brought; it opens the picture of the whole pipeline. */
export function Stages({ meta, receipt }: Props) {
  const { ratings, candidates, scored, sums_checked: checked, ratings_tried: tried } = meta.stages;
  const ms = Object.values(meta.timings_ms ?? {}).reduce((sum, each) => sum + each, 0);
  const stages = [
    receipt && `log ${receipt.topic} ${receipt.partition}:${count(receipt.offset)}`,
    ratings != null && `${counted(ratings, "rating")} read`,
    candidates != null && counted(candidates, "candidate"),
    scored != null && `${count(scored)} scored`,
    checked != null && `${counted(checked, "sum")} checked`,
    tried != null && `${counted(tried, "rating")} tried without`,
  ].filter((stage) => typeof stage === "string");
  if (stages.length === 0) return null;
  return (
    <div className="mb-1 text-soft text-xs tabular-nums sm:text-sm" data-testid="stages">
      <PipelineDialog>
        <span className="sr-only">How this list came about: </span>
        {stages.join(" → ")}
        {meta.cached && " · unchanged, so sent again"}
        {ms > 0 && ` · ${ms.toFixed(meta.cached ? 1 : 0)} ms`}{" "}
        <span className="font-semibold text-glow">Live pipeline</span>
      </PipelineDialog>
    </div>
  );
}
