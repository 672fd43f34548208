import Link from "next/link";
import { actionFor, figure, moment, STATES } from "@/lib/models";
import type { Outcome } from "@/lib/outcome";
import type { ModelDetail, ModelEntry } from "@/lib/types";
import { DecideButton } from "./decisions";
import { ModelFacts } from "./model-facts";

interface Props {
  models: readonly ModelEntry[];
  /** The one that is opened, and what is known of it. */
  opened: string;
  found: Outcome<ModelDetail> | null;
}

/** Models that do not serve, newest first; each opens by an address of its own, so also without script. */
export function ModelList({ models, opened, found }: Props) {
  return (
    <ol className="divide-y divide-line rounded-2xl border border-line bg-panel">
      {models.map((entry) => {
        const isOpen = entry.version === opened && found !== null;
        const action = actionFor(entry);
        return (
          <li
            key={entry.version}
            id={entry.version}
            className="px-4 py-3 sm:px-6"
            data-testid="past-model"
            data-version={entry.version}
            data-state={entry.state}
          >
            <div className="flex flex-wrap items-baseline gap-x-4 gap-y-1">
              <h3 className="font-bold">
                <Link
                  href={isOpen ? "/models" : `/models?open=${encodeURIComponent(entry.version)}`}
                  scroll={false}
                  prefetch={false}
                  data-testid="open-model"
                  aria-label={`${isOpen ? "Close" : "Open"} ${entry.version}`}
                  className="inline-block rounded-sm underline underline-offset-3 hover:text-glow"
                >
                  {entry.version}
                </Link>
              </h3>
              <span className="font-semibold text-sm">{STATES[entry.state]}</span>
              <span className="text-soft text-sm tabular-nums">since {moment(entry.since)}</span>
              <Score entry={entry} />
            </div>
            {entry.reason && <p className="mt-1 break-words text-soft text-sm">{entry.reason}</p>}
            {isOpen && (
              <div className="mt-4 mb-2 space-y-5" data-testid="opened-model">
                <ModelFacts found={found} />
                {action && <DecideButton version={entry.version} action={action} />}
              </div>
            )}
          </li>
        );
      })}
    </ol>
  );
}

function Score({ entry }: { entry: ModelEntry }) {
  const ndcg = entry.metrics?.ndcg_at_10;
  if (ndcg === undefined) return null;
  return <span className="text-soft text-sm tabular-nums">nDCG@10 {figure(ndcg)}</span>;
}
