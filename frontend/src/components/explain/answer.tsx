"use client";

import { ExplanationPanel } from "./explanation-panel";
import { type Question, useExplanation } from "./use-explanation";

/** The answer to a question about one movie. */
export function Answer({ question }: { question: Question }) {
  const { explanation, isPending } = useExplanation(question);
  return (
    // The room that most answers need is kept free, so that nothing below moves when they come.
    <div aria-busy={isPending} className={isPending && !explanation ? "min-h-72 xl:min-h-112" : ""}>
      {explanation && <ExplanationPanel explanation={explanation} k={question.k} />}
      {!explanation && (
        <p role="status" className="text-soft" data-testid={isPending ? "for-me-pending" : "for-me-unknown"}>
          {isPending ? "Looking where it stands…" : "Where it stands cannot be told at the moment."}
        </p>
      )}
    </div>
  );
}
