import assert from "node:assert/strict";
import { test } from "node:test";
import type { RankedCard } from "./types";
import { carriersOf, effectOf, overridesOf } from "./what-if";

const card = (movie_id: number, ...cited: [number, number][]): RankedCard =>
  ({
    movie_id,
    reasons: [
      {
        evidence: cited.map(([id, rating]) => ({
          kind: "rated_movie",
          movie_id: id,
          label: `M${id}`,
          rating,
        })),
      },
      { evidence: [{ kind: "genre", label: "Drama" }] },
    ],
  }) as never;

test("the ratings that carry a list come by how many of its movies cite them, each movie counted once", () => {
  const items = [
    card(1, [10, 5]),
    card(2, [11, 4], [10, 5]),
    card(3, [11, 4], [11, 4]),
    card(4, [11, 4]),
    card(5),
  ];
  assert.deepEqual(carriersOf(items), [
    { movieId: 11, title: "M11", stars: 4, cards: [2, 3, 4] },
    { movieId: 10, title: "M10", stars: 5, cards: [1, 2] },
  ]);
  assert.equal(carriersOf(items, 1).length, 1);
  assert.deepEqual(carriersOf([]), []);
});

test("a supposition is sent as an override, and none as null", () => {
  const whatIf = new Map([
    [7, { title: "Heat", stars: null }],
    [8, { title: "Ronin", stars: 2.5 }],
  ]);
  assert.deepEqual(overridesOf(whatIf), [
    { movie_id: 7, rating: null },
    { movie_id: 8, rating: 2.5 },
  ]);
});

test("what a supposition did is counted", () => {
  assert.equal(effectOf(new Map([[1, 0]])), "The list stays as it is.");
  assert.equal(
    effectOf(
      new Map<number, number | "new">([
        [1, "new"],
        [2, 3],
        [3, -1],
        [4, 0],
      ]),
    ),
    "1 movie is new, 2 change their places.",
  );
});
