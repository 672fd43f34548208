import assert from "node:assert/strict";
import { test } from "node:test";
import { explanationOf, headlineOf, linksOf, oddsPercent } from "./explanations";
import type { Explanation } from "./types";

const item = (change: Partial<Explanation>): Explanation => ({
  movie_id: 6,
  title: "Heat",
  genres: [],
  base: 0,
  rank: null,
  score: null,
  in_list: false,
  reasons: [],
  sources: [],
  tried: 0,
  text: "",
  ...change,
});

test("the headline is the number in the list, the place behind it, or what keeps it out", () => {
  assert.equal(headlineOf(item({ rank: 3, in_list: true })), "Number 3 in your list");
  assert.equal(headlineOf(item({ rank: 41 })), "Place 41 for you");
  const rated = { rule: "rated", detail: "", rating: 4.5, filters: [] } as const;
  assert.equal(headlineOf(item({ excluded_by: rated as never })), "You rated it ★4.5");
  assert.equal(headlineOf(item({})), "Not in your list");
});

test("the ratings that would change a place can be opened", () => {
  const enter = {
    changes: [{ movie_id: 7, title: "Ronin", rating: 5, rating_before: null }],
    rank_after: 9,
  };
  assert.deepEqual(linksOf(item({ would_enter: enter })), [{ text: "Ronin", href: "/movies/7" }]);
  const leave = { without: [{ movie_id: 8, title: "Alien", rating: 5 }], rank_after: null };
  assert.deepEqual(linksOf(item({ would_leave: leave })), [{ text: "Alien", href: "/movies/8" }]);
});

test("level scores are a coin's toss, and odds of three to one are 75 of 100", () => {
  assert.equal(oddsPercent(0), 50);
  assert.equal(oddsPercent(Math.log(3)), 75);
  assert.equal(oddsPercent(-Math.log(3)), 25);
});

test("an answer about another movie, or none at all, is no explanation", () => {
  const answer = (items: unknown) => ({ items }) as never;
  assert.equal(explanationOf(answer([item({})]), 7), null);
  assert.equal(explanationOf(answer(undefined), 6), null);
  assert.equal(explanationOf([] as never, 6), null);
  assert.equal(explanationOf(answer([item({})]), 6)?.title, "Heat");
});
