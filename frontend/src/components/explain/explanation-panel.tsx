import { ReasonList } from "@/components/movies/reason-list";
import { ScoreSum } from "@/components/movies/score-sum";
import { Sentence } from "@/components/movies/sentence";
import { ChevronIcon } from "@/components/ui/icons";
import { headlineOf, linksOf } from "@/lib/explanations";
import type { Explanation } from "@/lib/types";
import { GapRows } from "./gap-rows";

/** A movie's place or what keeps it out, the API's sentences, the reasons, and the whole sum. */
export function ExplanationPanel({ explanation, k }: { explanation: Explanation; k: number }) {
  const { gap, score, base, reasons, title, in_list: isListed } = explanation;
  return (
    <div className="space-y-4" data-testid="explanation">
      <div>
        <p
          className="text-balance font-display font-extrabold text-4xl text-glow leading-none tabular-nums"
          data-testid="for-me-place"
        >
          {headlineOf(explanation)}
        </p>
        <p className="mt-2 leading-relaxed" data-testid="for-me-text">
          <Sentence text={explanation.text} links={linksOf(explanation)} />
        </p>
      </div>
      <ReasonList reasons={reasons} />
      {gap && !isListed && <GapRows gap={gap} k={k} />}
      {score !== null && (
        <details className="group/sum" open={isListed}>
          <summary className="flex min-h-8 w-fit items-center gap-1 rounded-md font-semibold text-sm text-soft hover:text-text">
            How its score adds up
            <ChevronIcon className="size-4 transition-transform group-open/sum:rotate-180" />
          </summary>
          <ScoreSum card={{ title, base, reasons, score }} isBrief />
        </details>
      )}
    </div>
  );
}
