import assert from "node:assert/strict";
import { test } from "node:test";
import {
  actionFor,
  figure,
  observedSentence,
  previousOf,
  scaleOf,
  scoresOf,
  stateSentence,
  verdictSentence,
} from "./models";
import type { ModelDetail, ModelEntry } from "./types";

const SERVES: ModelEntry = {
  version: "20261130T060629Z",
  state: "champion",
  since: "2026-11-30T06:06:29Z",
  by: "gate",
  reason: "the log has grown",
};
const JUDGED = { is_promoted: true, champion: "v1", users: 71, reasons: [] };

function between(mean: number) {
  return { mean, low: mean - 0.05, high: mean + 0.05 };
}

const SUMMARY = {
  lists: 13,
  systems: {
    marquee: { "ndcg@10": between(0.3) },
    popularity: { "ndcg@10": between(0.1) },
    ease: { "ndcg@10": between(0.32) },
    item_knn: { "ndcg@10": between(0.2) },
  },
  difference: { popularity: between(0.2), ease: between(-0.02), item_knn: between(0.1) },
};

test("what a model is says since when, by whom and why", () => {
  assert.equal(stateSentence(SERVES), "Serving since 30 Nov 2026, 06:06 UTC, by the gate: the log has grown");
  assert.equal(
    stateSentence({ ...SERVES, state: "retired", by: "", reason: "" }),
    "Retired since 30 Nov 2026, 06:06 UTC",
  );
});

test("what rankers saw is told, and nothing where they have seen nothing", () => {
  const told = (state: ModelEntry["state"], observed: NonNullable<ModelDetail["observed"]> | null) =>
    observedSentence({ ...SERVES, state, checks: [], observed });
  const seen = { rankings: 1200, users: 1, failed: 0, empty: 0 };
  assert.equal(told("champion", null), null);
  assert.equal(told("champion", seen), "Ranked: 1,200 lists of 1 user; none failed or empty.");
  assert.equal(
    told("shadow", { ...seen, users: 40, failed: 2, empty: 1, overlap: 0.861, ms: 11.04, champion_ms: 10 }),
    "Ranked beside the model that serves: 1,200 lists of 40 users; 2 failed, 1 empty. " +
      "Of its first ten, 8.6 are the same on average. " +
      "A list takes 11.0 ms of the processor, by the model that serves 10.0 ms.",
  );
});

test("a verdict is one sentence, with its reasons", () => {
  const told = (verdict: ModelEntry["verdict"]) => verdictSentence({ ...SERVES, verdict: verdict ?? null });
  assert.equal(told(null), "Nobody has judged it.");
  assert.equal(
    told({ ...JUDGED, outcome: "passed" }),
    "Every check was passed on the lists of 71 users against v1.",
  );
  assert.equal(
    told({ ...JUDGED, outcome: "undecided", users: 0, champion: null, reasons: ["too few", "too short"] }),
    "Undecided, so it may serve: too few; too short.",
  );
  assert.equal(
    told({ ...JUDGED, outcome: "failed", is_promoted: false, reasons: ["it ranks worse"] }),
    "It failed on the lists of 71 users against v1, so it does not serve: it ranks worse.",
  );
});

test("only what could serve has an action, and the one to go back to retired last", () => {
  const states = ["champion", "refused", "shadow", "candidate", "retired"] as const;
  assert.deepEqual(
    states.map((state) => actionFor({ ...SERVES, state })),
    [null, null, "promote", "promote", "rollback"],
  );
  const retired = [
    { ...SERVES, version: "b", state: "retired" as const },
    { ...SERVES, version: "a" },
  ];
  assert.equal(previousOf([SERVES, ...retired])?.version, "b");
  const faulty = { ...SERVES, version: "c", state: "retired" as const, reason: "rolled back to b: errors" };
  assert.equal(previousOf([SERVES, faulty, ...retired])?.version, "b");
  assert.equal(previousOf([SERVES]), null);
});

test("a model is compared with popularity and the best single model, on all lists, by kind and slice", () => {
  const groups = scoresOf({
    ...SUMMARY,
    by_kind: { known_user: SUMMARY, newcomer: { lists: 0, systems: {}, difference: {} } },
    slices: { activity: { low: SUMMARY }, genre: 7, short_sessions: SUMMARY },
  });
  assert.deepEqual(
    groups.map(({ label, lists }) => [label, lists]),
    [
      ["All lists", 13],
      ["Known users", 13],
      ["Activity: Low", 13],
      ["Short sessions", 13],
    ],
  );
  const [all] = groups;
  assert.deepEqual(
    all?.scores.map(({ label, mean, gain }) => [label, mean, gain?.mean ?? null]),
    [
      ["This model", 0.3, null],
      ["Popularity", 0.1, 0.2],
      ["EASE, best single model", 0.32, -0.02],
    ],
  );
  assert.equal(scaleOf(groups), 0.4);
});

test("a report of another form, or none, has no scores", () => {
  const damaged = [
    null,
    undefined,
    {},
    { systems: [] },
    { systems: { marquee: { "ndcg@10": { mean: null } } } },
  ];
  for (const report of damaged) assert.deepEqual(scoresOf(report as never), []);
  assert.equal(scaleOf([]), 0.1);
  assert.equal(figure(-0.0474), "−0.047");
});
