import assert from "node:assert/strict";
import { test } from "node:test";
import { percent, rate, sharesOf, UNKNOWN, wayIn, wayOut } from "./pipeline";
import type { Pipeline } from "./types";

const SINCE = "2026-05-04T19:02:11Z";
const NOBODY: Pipeline = {
  as_of: SINCE,
  parts: [
    { name: "gateway", status: "ok", troubles: [], since: SINCE },
    { name: "kafka", status: "unknown", troubles: [], since: SINCE },
    { name: "redis", status: "ok", troubles: [], since: SINCE },
    { name: "ingest", status: "degraded", troubles: ["no_answer"], since: SINCE },
    { name: "ranker", status: "degraded", troubles: ["model", "redis"], since: SINCE },
  ],
  rankings: { answered: { count: 3, window_s: 12.4 }, popular: 0 },
  coverage: { movies: 1_000, with_poster: 999 },
};

test("what nobody reported is unknown, and never a number", () => {
  const unknown = [...wayIn(NOBODY), ...wayOut(NOBODY)].filter((stage) => stage.title !== "Gateway");
  assert.deepEqual(
    new Set(unknown.flatMap((stage) => stage.figures.map(({ value }) => value))),
    new Set([UNKNOWN]),
  );
  assert.deepEqual(
    sharesOf(NOBODY).map((share) => share.part),
    [null, 999, null],
  );
});

test("what does not work is named, with when it was first seen", () => {
  const [, ingest, log] = wayIn(NOBODY);
  assert.equal(ingest?.trouble, "Since 19:02:11 UTC it does not answer.");
  assert.deepEqual([log?.status, log?.trouble], ["unknown", ""]);
  const ranker = wayOut(NOBODY).at(-1);
  assert.equal(ranker?.trouble, "Since 19:02:11 UTC no model has been published, Redis does not answer.");
});

test("a rate stands with its window", () => {
  assert.equal(rate({ count: 3, window_s: 12.4 }), "3 in 12 s, 0.24/s");
  assert.equal(rate({ count: 100_836, window_s: 59.5 }), "100,836 in 60 s, 1695/s");
  assert.equal(rate({ count: 0, window_s: 0 }), "0 in 0 s, 0.00/s");
});

test("a share is 100 % only if nothing is missing, and 0 % only if nothing is there", () => {
  assert.equal(percent(9_742, 9_742), "100 %");
  assert.equal(percent(9_741, 9_742), "99.9 %");
  assert.equal(percent(1, 9_742), "under 0.1 %");
  assert.equal(percent(0, 9_742), "0 %");
  assert.equal(percent(0, 0), UNKNOWN);
});
