import { count, day } from "@/lib/format";
import { capital, observedSentence, scoresOf, verdictSentence } from "@/lib/models";
import type { Outcome } from "@/lib/outcome";
import type { ModelDetail } from "@/lib/types";
import { CheckTable } from "./check-table";
import { ScorePlot } from "./score-plot";

/** What is known of one model beyond its line: verdict, scores, checks, and how it was made. */
export function ModelFacts({ found }: { found: Outcome<ModelDetail> }) {
  if (!found.ok) {
    return (
      <p role="alert" className="text-minus">
        Its details cannot be shown: {found.trouble.detail || found.trouble.title}
      </p>
    );
  }
  const model = found.data;
  const groups = scoresOf(model.report);
  const observed = observedSentence(model);
  return (
    <div className="space-y-5">
      <p className="leading-relaxed" data-testid="model-verdict">
        {verdictSentence(model)}
      </p>
      {observed && (
        <p className="leading-relaxed" data-testid="model-observed">
          {observed}
        </p>
      )}
      {groups.length > 0 && <ScorePlot groups={groups} />}
      {model.report && groups.length === 0 && (
        <p className="text-soft text-sm">
          Its report has no scores: there was too little data to measure any.
        </p>
      )}
      {model.checks.length > 0 && (
        <details className="group rounded-xl border border-line px-4 py-3">
          <summary className="font-semibold" data-testid="checks-toggle">
            <span aria-hidden="true" className="mr-2 inline-block transition group-open:rotate-90">
              ›
            </span>
            {count(model.checks.length)} checks of the gate
          </summary>
          <div className="mt-3">
            <CheckTable checks={model.checks} />
          </div>
        </details>
      )}
      {model.made ? <Made made={model.made} /> : <NoBundle />}
    </div>
  );
}

function NoBundle() {
  return (
    <p className="text-soft text-sm">Its bundle is no longer kept, or is not readable by this release.</p>
  );
}

function Made({ made }: { made: NonNullable<ModelDetail["made"]> }) {
  const facts: [string, string][] = [
    ["Trained", day(made.created_at)],
    ["Newest rating in it", day(made.as_of)],
    ["Ranker", made.ranker.replaceAll("_", " ")],
    ["Code", made.code_version ?? "unknown"],
    ...Object.entries(made.counts).map(([name, n]): [string, string] => [
      capital(name.replaceAll("_", " ")),
      count(n),
    ]),
  ];
  return (
    <div>
      <dl className="grid grid-cols-2 gap-x-6 gap-y-2 sm:grid-cols-4">
        {facts.map(([label, value]) => (
          <div key={label}>
            <dt className="text-soft text-xs">{label}</dt>
            <dd className="break-words font-semibold text-sm tabular-nums">{value}</dd>
          </div>
        ))}
      </dl>
      {made.note && <p className="mt-2 text-soft text-sm">{made.note}</p>}
    </div>
  );
}
