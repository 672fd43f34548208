import assert from "node:assert/strict";
import { test } from "node:test";
import { givenBy, reflects, remember } from "./given";

const list = (...ids: number[]) => ({ items: ids.map((movie_id) => ({ movie_id }) as never) });
const rated = (...ratings: [number, number][]) => ({
  recent_ratings: ratings.map(([movie_id, rating]) => ({ movie_id, rating }) as never),
});

test("ratings are kept by user, the newest last and with its newest stars", () => {
  remember(1, 10, 4);
  remember(1, 11, 3);
  remember(2, 12, 5);
  remember(1, 10, 2);
  assert.deepEqual(
    [...givenBy(1)],
    [
      [11, 3],
      [10, 2],
    ],
  );
  assert.deepEqual([...givenBy(3)], []);
});

test("a list knows of the ratings if it lacks their movies and the profile has the newest", () => {
  const given = new Map([
    [10, 4],
    [11, 3],
  ]);
  assert.ok(reflects(given, list(1, 2), rated([11, 3], [10, 4])));
  assert.ok(!reflects(given, list(1, 10), rated([11, 3], [10, 4])));
  assert.ok(!reflects(given, list(1, 2), rated([10, 4])), "not applied yet");
  assert.ok(!reflects(given, list(1, 2), rated([11, 5])), "the stars of before");
  assert.ok(reflects(given, list(1, 2), null), "a profile that cannot be read is not waited for");
  assert.ok(reflects(new Map(), list(1, 2), rated()));
});
