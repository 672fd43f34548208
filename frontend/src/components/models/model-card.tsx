import type { ReactNode } from "react";
import { stateSentence } from "@/lib/models";
import type { Outcome } from "@/lib/outcome";
import type { ModelDetail, ModelEntry } from "@/lib/types";
import { ModelFacts } from "./model-facts";

interface Props {
  title: string;
  entry: ModelEntry;
  found: Outcome<ModelDetail>;
  /** What may be decided. */
  children?: ReactNode;
}

/** A model that serves or ranks beside it, in full. */
export function ModelCard({ title, entry, found, children }: Props) {
  return (
    <section
      className="mb-8 rounded-2xl border border-line bg-panel p-4 sm:p-6"
      data-testid="model-card"
      data-version={entry.version}
      data-state={entry.state}
    >
      <h2 className="break-words font-extrabold text-3xl tracking-tight">
        {title}: {entry.version}
      </h2>
      <p className="mt-1 mb-4 break-words text-soft">{stateSentence(entry)}.</p>
      <ModelFacts found={found} />
      {children && <div className="mt-5 flex flex-wrap gap-3">{children}</div>}
    </section>
  );
}
