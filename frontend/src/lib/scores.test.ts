import assert from "node:assert/strict";
import { test } from "node:test";
import { bestReasons, matchPercent, movement, unexplained } from "./scores";
import type { RankedCard, Reason } from "./types";

const aReason = (contribution: number, text = "because"): Reason => ({
  code: "popular",
  text,
  contribution,
  evidence: [],
});

const aCard = (movie_id: number, rank: number): RankedCard => ({
  movie_id,
  rank,
  title: `Movie ${movie_id}`,
  score: 1,
  base: 0,
  genres: [],
  sources: [],
  reasons: [],
  people: [],
});

test("the best of a list matches 100, and a lower score less", () => {
  assert.equal(matchPercent(2.5, 2.5), 100);
  assert.equal(matchPercent(1.5, 2.5), 54); // 200 / (1 + e)
  assert.equal(matchPercent(-1_000, 2.5), 1);
});

test("only reasons that speak for a movie are shown, in the order of the answer", () => {
  const reasons = [
    aReason(0.1, "told first"),
    aReason(1, "strong"),
    aReason(0, "nothing"),
    aReason(-2, "against"),
  ];
  assert.deepEqual(
    bestReasons(reasons).map((reason) => reason.text),
    ["told first", "strong"],
  );
});

test("a sum that is short of the score says by how much, and rounding is no gap", () => {
  const card = { score: 1.5, base: 0.5, reasons: [aReason(0.8)] };
  assert.ok(Math.abs(unexplained(card) - 0.2) < 1e-9);
  assert.equal(unexplained({ ...card, score: 1.3000001 }), 0);
});

test("movement counts places gained, and names newcomers", () => {
  const moved = movement([aCard(1, 1), aCard(2, 2), aCard(3, 3)], [aCard(3, 1), aCard(2, 2), aCard(9, 3)]);
  assert.deepEqual(
    [...moved],
    [
      [3, 2],
      [2, 0],
      [9, "new"],
    ],
  );
});
