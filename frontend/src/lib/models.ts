/** Models in words and figures: what each is, what was found of it, and what may be decided. Pure. */
import { count, counted, day } from "./format";
import type { ModelDetail, ModelEntry } from "./types";

/** What an admin can decide of a model; as in the address of the route. */
export type Action = "promote" | "rollback";

export interface Interval {
  mean: number;
  low: number;
  high: number;
}

export interface Score extends Interval {
  system: string;
  label: string;
  /** What the model has more than this one, list by list; null for the model itself. */
  gain: Interval | null;
}

/** The model and those it is compared with, on some of the lists. */
export interface ScoreGroup {
  label: string;
  lists: number | null;
  scores: readonly Score[];
}

const MODEL = "marquee";
const NDCG = "ndcg@10";
const POPULARITY = "popularity";
const SYSTEMS: Record<string, string> = {
  [MODEL]: "This model",
  popularity: "Popularity",
  decayed_popularity: "Recent popularity",
  item_knn: "ItemKNN",
  rp3beta: "RP3beta",
  ease: "EASE",
};
const GROUPS: Record<string, string> = { known_user: "Known users", newcomer: "Newcomers" };

export const STATES: Record<ModelEntry["state"], string> = {
  champion: "serving",
  shadow: "shadow",
  candidate: "candidate",
  retired: "retired",
  refused: "refused",
};

const DECIDERS: Record<string, string> = { gate: "the gate", watch: "the watch", admin: "an admin" };

/** "30 Nov 2026, 06:06 UTC". */
export function moment(iso: string): string {
  return `${day(iso)}, ${new Date(iso).toISOString().slice(11, 16)} UTC`;
}

/** "Serving since 30 Nov 2026, 06:06 UTC, by the gate: the log has grown". */
export function stateSentence({ state, since, by, reason }: ModelEntry): string {
  const who = by ? `, by ${DECIDERS[by] ?? by}` : "";
  return `${capital(STATES[state])} since ${moment(since)}${who}${reason ? `: ${reason}` : ""}`;
}

/** What the verdict says, as one sentence. */
export function verdictSentence({ verdict }: ModelEntry): string {
  if (!verdict) return "Nobody has judged it.";
  const where = verdict.users ? ` on the lists of ${verdict.users} users` : "";
  const against = verdict.champion ? ` against ${verdict.champion}` : "";
  const why = verdict.reasons.length ? `: ${verdict.reasons.join("; ")}` : "";
  const what = {
    passed: `Every check was passed${where}${against}`,
    failed: `It failed${where}${against}, so it does not serve`,
    undecided: `Undecided${where}${against}, so it ${verdict.is_promoted ? "may serve" : "does not serve"}`,
  }[verdict.outcome];
  return `${what}${why}.`;
}

/** What rankers saw of a model that serves, or of a shadow; null while they have reported nothing. */
export function observedSentence({ observed, state }: ModelDetail): string | null {
  if (!observed) return null;
  const { rankings, users, failed, empty, overlap, ms, champion_ms: other } = observed;
  const trouble = [failed && `${count(failed)} failed`, empty && `${count(empty)} empty`].filter(Boolean);
  const what = state === "shadow" ? "Ranked beside the model that serves" : "Ranked";
  const sentences = [
    `${what}: ${counted(rankings, "list")} of ${counted(users, "user")}; ${trouble.join(", ") || "none failed or empty"}.`,
  ];
  if (typeof overlap === "number") {
    sentences.push(`Of its first ten, ${(overlap * 10).toFixed(1)} are the same on average.`);
  }
  if (state === "shadow" && typeof ms === "number" && typeof other === "number") {
    sentences.push(
      `A list takes ${ms.toFixed(1)} ms of the processor, by the model that serves ${other.toFixed(1)} ms.`,
    );
  }
  return sentences.join(" ");
}

/** What may be decided of a model; null if nothing. Why something else is refused, the API says. */
export function actionFor({ state }: ModelEntry): Action | null {
  if (state === "retired") return "rollback";
  return state === "candidate" || state === "shadow" ? "promote" : null;
}

/** The model to go back to: of those that retired, and that nobody rolled back from, the one that did so last. */
export function previousOf(models: readonly ModelEntry[]): ModelEntry | null {
  return (
    models.find(({ state, reason }) => state === "retired" && !reason?.startsWith("rolled back to")) ?? null
  );
}

/**
 * The scores of a report: of all lists, then by kind of user, then by slice. A report is what the trainer of its time
 * wrote: what is not there, or is of another form, is left out.
 */
export function scoresOf(report: Readonly<Record<string, unknown>> | null | undefined): ScoreGroup[] {
  if (!report) return [];
  return [
    ...groupsIn(report, "All lists", 0),
    ...inner(report.by_kind, "", 1),
    ...inner(report.slices, "", 2),
  ];
}

/** The end of a scale from 0 that holds all intervals, in tenths. */
export function scaleOf(groups: readonly ScoreGroup[]): number {
  const highest = Math.max(0, ...groups.flatMap(({ scores }) => scores.map(({ high }) => high)));
  return Math.max(1, Math.ceil(highest * 10)) / 10;
}

/** 0.2148 -> "0.215"; a true minus sign. */
export function figure(x: number): string {
  return x.toFixed(3).replace("-", "−");
}

export function signedFigure(x: number): string {
  return x > 0 ? `+${figure(x)}` : figure(x);
}

function inner(found: unknown, label: string, depth: number): ScoreGroup[] {
  if (!isRecord(found)) return [];
  return Object.entries(found).flatMap(([name, each]) =>
    isRecord(each) ? groupsIn(each, [label, worded(name)].filter(Boolean).join(": "), depth - 1) : [],
  );
}

/** A summary as a group; with a depth left, the summaries below it instead. */
function groupsIn(found: Readonly<Record<string, unknown>>, label: string, depth: number): ScoreGroup[] {
  if (!isRecord(found.systems)) return depth > 0 ? inner(found, label, depth) : [];
  const own = intervalOf(at(found.systems, MODEL, NDCG));
  if (!own) return [];
  const others = Object.keys(found.systems).filter((system) => system !== MODEL);
  const compared = others.flatMap((system): Score[] => {
    const interval = intervalOf(at(found.systems, system, NDCG));
    const gain = intervalOf(at(found.difference, system));
    return interval ? [{ ...interval, system, label: SYSTEMS[system] ?? worded(system), gain }] : [];
  });
  const shown = compared.filter(({ system }) => system === POPULARITY);
  const best = compared.reduce<Score | null>((a, b) => (a && a.mean >= b.mean ? a : b), null);
  if (best && best.system !== POPULARITY) shown.push({ ...best, label: `${best.label}, best single model` });
  const model = { ...own, system: MODEL, label: SYSTEMS[MODEL] ?? MODEL, gain: null };
  return [{ label, lists: typeof found.lists === "number" ? found.lists : null, scores: [model, ...shown] }];
}

function intervalOf(found: unknown): Interval | null {
  if (!isRecord(found)) return null;
  const { mean, low, high } = found;
  return isFigure(mean) && isFigure(low) && isFigure(high) ? { mean, low, high } : null;
}

function at(found: unknown, ...names: readonly string[]): unknown {
  return names.reduce<unknown>((inside, name) => (isRecord(inside) ? inside[name] : undefined), found);
}

function worded(name: string): string {
  return GROUPS[name] ?? capital(name.replaceAll("_", " "));
}

/** "log rows" -> "Log rows". */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function isRecord(found: unknown): found is Record<string, unknown> {
  return typeof found === "object" && found !== null && !Array.isArray(found);
}

function isFigure(found: unknown): found is number {
  return typeof found === "number" && Number.isFinite(found);
}
