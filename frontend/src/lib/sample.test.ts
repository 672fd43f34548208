import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleRatings, tellingCards } from "./sample";
import type { RankedCard } from "./types";

const card = (movie_id: number, about: number | null, contribution = 1): RankedCard => ({
  movie_id,
  title: `Movie ${movie_id}`,
  genres: [],
  sources: [],
  people: [],
  rank: movie_id,
  score: 1,
  base: 0,
  reasons: [
    {
      code: "liked_similar",
      text: "…",
      contribution,
      evidence: [],
      ...(about !== null && { fact: { form: "liked_similar.fans", slots: { movie_id: about } } }),
    },
  ],
});

test("a sample loves the three best known movies", () => {
  const popular = [7, 3, 9, 4].map((movie_id) => ({ movie_id }));
  assert.deepEqual(
    sampleRatings(popular).map(({ movie_id, rating }) => [movie_id, rating]),
    [
      [7, 5],
      [3, 5],
      [9, 5],
    ],
  );
});

test("the cards that are shown have a reason for them that names a loved movie", () => {
  const loved = [{ movie_id: 7, rating: 5 }];
  const cards = [card(1, null), card(2, 8), card(3, 7, -1), card(4, 7), card(5, 7), card(6, 7)];
  assert.deepEqual(
    tellingCards(cards, loved, 2).map(({ movie_id }) => movie_id),
    [4, 5],
  );
  assert.deepEqual(tellingCards([card(1, 8)], loved, 2), []);
});
