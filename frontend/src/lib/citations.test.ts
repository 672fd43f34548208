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
    text: "Because you rated Heat 5 and Ronin 4",
    evidence: [rated("Heat", 6), rated("Ronin", 8)],
  };
  assert.deepEqual(piecesOf(reason), [
    { text: "Because you rated ", movieId: null },
    { text: "Heat", movieId: 6 },
    { text: " 5 and ", movieId: null },
    { text: "Ronin", movieId: 8 },
    { text: " 4", movieId: null },
  ]);
});

test("a citation that the sentence does not name changes nothing", () => {
  const reason = { text: "Popular with everyone", evidence: [rated("Heat", 6)] };
  assert.deepEqual(piecesOf(reason), [{ text: "Popular with everyone", movieId: null }]);
});
