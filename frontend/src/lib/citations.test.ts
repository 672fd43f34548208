import assert from "node:assert/strict";
import { test } from "node:test";
import { piecesOf } from "./citations";

const rated = (label: string, movie_id: number) => ({
  kind: "rated_movie" as const,
  label,
  movie_id,
  rating: 5,
});

test("cited movies are cut out of the sentence, the rest stays as it was", () => {
  const reason = {
    text: "Because you gave ★5 to Heat and ★4 to Ronin",
    evidence: [rated("Heat", 6), rated("Ronin", 8)],
  };
  assert.deepEqual(piecesOf(reason), [
    { text: "Because you gave ★5 to ", movieId: null },
    { text: "Heat", movieId: 6 },
    { text: " and ★4 to ", movieId: null },
    { text: "Ronin", movieId: 8 },
  ]);
});

test("a citation that the sentence does not name changes nothing", () => {
  const reason = { text: "99 people like it", evidence: [rated("Heat", 6)] };
  assert.deepEqual(piecesOf(reason), [{ text: "99 people like it", movieId: null }]);
});

test("a movie that the fact names is cut out too, once", () => {
  const slots = { people: ["Michael Mann"], title: "Heat", movie_id: 6, rating: 5 };
  const reason = {
    text: "By Michael Mann, as is Heat: ★5 from you",
    fact: { form: "taste_content.directors", slots },
    evidence: [rated("Heat", 6)],
  };
  assert.deepEqual(piecesOf(reason), [
    { text: "By Michael Mann, as is ", movieId: null },
    { text: "Heat", movieId: 6 },
    { text: ": ★5 from you", movieId: null },
  ]);
});
