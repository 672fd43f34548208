/** The picture of the pipeline in words and numbers; what nobody reported is "unknown". */
import { count, counted, day } from "./format";
import type { Pipeline, PipelinePart, Recent } from "./types";

type PartName = PipelinePart["name"];

export interface Stage {
  title: string;
  /** What it does, in a few words. */
  does: string;
  status: PipelinePart["status"];
  /** What does not work, and since when; empty while all does. */
  trouble: string;
  figures: readonly Figure[];
}

export interface Figure {
  label: string;
  value: string;
}

export interface Share {
  label: string;
  part: number | null;
  whole: number;
}

export const UNKNOWN = "unknown";

/** From a star to the stores, in the order of the way. */
export function wayIn(pipeline: Pipeline): Stage[] {
  const { rankings, accepted, load, topics, store } = pipeline;
  const ratings = topics?.["ratings.v1"];
  return [
    stage(pipeline, "gateway", "Gateway", "takes ratings in, hands lists out", [
      figure("Lists answered", rate(rankings.answered)),
      figure("Without the ranker", count(rankings.popular)),
    ]),
    stage(pipeline, "ingest", "Ingest", "checks each rating", [
      figure("Live ratings accepted", accepted ? rate(accepted.ratings) : null),
      figure("Data set", load ? loading(load.phase, load.ratings_published) : null),
    ]),
    stage(pipeline, "kafka", "Log", "keeps every event in order", [
      figure("On ratings.v1", ratings ? counted(ratings.records, "record") : null),
      figure("On all topics", topics ? counted(total(topics, "records"), "record") : null),
    ]),
    stage(pipeline, "features", "Features", "applies the log to both stores", [
      figure("Ratings that were new", store ? rate(store.applied) : null),
      figure("Records that wait", topics ? count(total(topics, "lag")) : null),
    ]),
    stage(pipeline, "redis", "Redis and event log", "what is known of everybody", [
      figure("Ratings", store ? count(store.ratings) : null),
      figure("Users", store ? count(store.users) : null),
      figure("Movies", store ? count(store.movies) : null),
    ]),
  ];
}

/** From what is stored to a list. */
export function wayOut(pipeline: Pipeline): Stage[] {
  const { coverage, training, model } = pipeline;
  const source = coverage.metadata_source;
  return [
    stage(pipeline, "enricher", "Enricher", "adds what TMDB knows", [
      figure("Movies found", coverage.with_metadata == null ? null : count(coverage.with_metadata)),
      figure("Source", source ? (SOURCES[source] ?? source) : null),
    ]),
    stage(pipeline, "trainer", "Trainer", "learns from the log", [
      figure("Now", training ? training.step || training.phase : null),
      figure("Last ended", training ? (training.ended_at ? moment(training.ended_at) : "not yet") : null),
    ]),
    {
      title: "Model",
      does: "scores the candidates",
      status: model ? "ok" : "unknown",
      trouble: "",
      figures: [
        figure("Version", model?.version ?? null),
        figure("Served since", model ? moment(model.served_since) : null),
        figure("Newest rating in it", model ? day(model.as_of) : null),
      ],
    },
    stage(pipeline, "ranker", "Ranker", "ranks, and finds the reasons", [
      figure("Movies it can rank", model ? count(model.movies) : null),
    ]),
  ];
}

/** Which share of the movies has what. */
export function sharesOf({ coverage }: Pipeline): Share[] {
  const { movies, with_metadata, with_poster, in_model } = coverage;
  return [
    { label: "with metadata", part: with_metadata ?? null, whole: movies },
    { label: "with a poster", part: with_poster, whole: movies },
    { label: "with features, known to the model", part: in_model ?? null, whole: movies },
  ];
}

/** 97.4 of 100, written so that only all is 100 % and only none is 0 %. */
export function percent(part: number, whole: number): string {
  if (whole <= 0) return UNKNOWN;
  const tenths = (1_000 * part) / whole;
  const kept = part < whole ? Math.min(Math.floor(tenths), 999) : 1_000;
  return part > 0 && kept === 0 ? "under 0.1 %" : `${kept / 10} %`;
}

/** "2 in 60 s, 0.03/s": a rate with the window it is of. */
export function rate({ count: n, window_s }: Recent): string {
  const perSecond = window_s > 0 ? n / window_s : 0;
  const digits = perSecond >= 10 ? 0 : perSecond >= 1 ? 1 : 2;
  return `${count(n)} in ${Math.round(window_s)} s, ${perSecond.toFixed(digits)}/s`;
}

/** "19:02:11 UTC", which is what the services' clocks say. */
export function clock(iso: string): string {
  return `${new Date(iso).toISOString().slice(11, 19)} UTC`;
}

function moment(iso: string): string {
  return `${day(iso)}, ${new Date(iso).toISOString().slice(11, 16)} UTC`;
}

const SOURCES: Record<string, string> = { tmdb: "TMDB", snapshot: "a snapshot of TMDB", none: "none" };

const LACKS: Record<string, string> = {
  no_answer: "it does not answer",
  kafka: "the log does not answer",
  redis: "Redis does not answer",
  model: "no model has been published",
  consumer: "it does not keep up",
  tmdb: "TMDB does not answer",
  catalog: "the catalogue is not read yet",
  ledger: "earlier answers are not read yet",
};

function stage(
  pipeline: Pipeline,
  name: PartName,
  title: string,
  does: string,
  figures: readonly Figure[],
): Stage {
  const part = pipeline.parts.find((each) => each.name === name);
  const lacks = (part?.troubles ?? []).map((each) => LACKS[each] ?? `${each} does not work`);
  const trouble =
    part?.status === "degraded" ? `Since ${clock(part.since)} ${lacks.join(", ") || "something fails"}.` : "";
  return { title, does, status: part?.status ?? "unknown", trouble, figures };
}

function figure(label: string, value: string | null): Figure {
  return { label, value: value ?? UNKNOWN };
}

function loading(phase: string, published: number): string {
  return phase === "publishing" ? `${counted(published, "rating")} so far` : phase;
}

function total(topics: NonNullable<Pipeline["topics"]>, what: "records" | "lag"): number {
  return Object.values(topics).reduce((sum, topic) => sum + topic[what], 0);
}
