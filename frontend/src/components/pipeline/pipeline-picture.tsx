import { count } from "@/lib/format";
import { percent, type Share, type Stage, sharesOf, UNKNOWN, wayIn, wayOut } from "@/lib/pipeline";
import type { Pipeline } from "@/lib/types";

/** Every stage with what is true of it now: two lists, which read in order without the drawing, too. */
export function PipelinePicture({ pipeline }: { pipeline: Pipeline }) {
  return (
    <div data-testid="pipeline" className="space-y-7">
      <Way title="From a star to the stores" stages={wayIn(pipeline)} columns="xl:grid-cols-5" />
      <Way title="From the stores to a list" stages={wayOut(pipeline)} columns="xl:grid-cols-4" />
      <section>
        <h2 className="mb-3 font-bold text-2xl tracking-tight">
          Of {count(pipeline.coverage.movies)} movies
        </h2>
        <ul className="grid gap-x-8 gap-y-3 sm:grid-cols-3">
          {sharesOf(pipeline).map((share) => (
            <Covered key={share.label} share={share} />
          ))}
        </ul>
      </section>
    </div>
  );
}

function Way({ title, stages, columns }: { title: string; stages: readonly Stage[]; columns: string }) {
  return (
    <section>
      <h2 className="mb-3 font-bold text-2xl tracking-tight">{title}</h2>
      <ol className={`grid gap-x-7 gap-y-7 sm:grid-cols-2 ${columns}`}>
        {stages.map((stage, place) => (
          <Step key={stage.title} stage={stage} isLast={place === stages.length - 1} />
        ))}
      </ol>
    </section>
  );
}

const MARKS: Record<Stage["status"], { sign: string; word: string; colour: string }> = {
  ok: { sign: "●", word: "works", colour: "text-plus" },
  degraded: { sign: "▲", word: "degraded", colour: "text-minus" },
  unknown: { sign: "○", word: "unknown", colour: "text-soft" },
};

function Step({ stage, isLast }: { stage: Stage; isLast: boolean }) {
  const mark = MARKS[stage.status];
  return (
    <li
      className={`relative rounded-xl border bg-panel p-3.5 ${stage.status === "degraded" ? "border-minus" : "border-line"}`}
      data-testid="pipeline-stage"
      data-stage={stage.title}
      data-status={stage.status}
    >
      <div className="flex items-baseline justify-between gap-2">
        <h3 className="font-bold font-display text-xl leading-tight">{stage.title}</h3>
        <span className={`whitespace-nowrap font-semibold text-xs ${mark.colour}`}>
          <span aria-hidden="true">{mark.sign} </span>
          {mark.word}
        </span>
      </div>
      <p className="text-soft text-sm">{stage.does}</p>
      <dl className="mt-2.5 space-y-1.5">
        {stage.figures.map(({ label, value }) => (
          <div key={label}>
            <dt className="text-soft text-xs">{label}</dt>
            <dd
              className={`break-words text-sm tabular-nums ${value === UNKNOWN ? "text-soft italic" : "font-semibold"}`}
            >
              {value}
            </dd>
          </div>
        ))}
      </dl>
      {stage.trouble && <p className="mt-2.5 text-minus text-sm">{stage.trouble}</p>}
      {!isLast && (
        <span
          aria-hidden="true"
          className="absolute -bottom-6.5 left-1/2 -translate-x-1/2 text-glow text-lg sm:top-1/2 sm:-right-5.5 sm:bottom-auto sm:left-auto sm:-translate-y-1/2 sm:translate-x-0"
        >
          <span className="sm:hidden">↓</span>
          <span className="max-sm:hidden">→</span>
        </span>
      )}
    </li>
  );
}

function Covered({ share: { label, part, whole } }: { share: Share }) {
  return (
    <li data-testid="pipeline-coverage" data-label={label}>
      <p className="flex flex-wrap items-baseline justify-between gap-x-3">
        <span className="text-sm">{label}</span>
        <span className={`text-sm tabular-nums ${part === null ? "text-soft italic" : "font-semibold"}`}>
          {part === null ? UNKNOWN : `${count(part)}, ${percent(part, whole)}`}
        </span>
      </p>
      <div className="bar mt-1.5 h-2 overflow-hidden rounded-full bg-raised" aria-hidden="true">
        <div
          className="bar-fill h-full rounded-full bg-glow"
          style={{ width: `${whole > 0 ? (100 * (part ?? 0)) / whole : 0}%` }}
        />
      </div>
    </li>
  );
}
