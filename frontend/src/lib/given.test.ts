import assert from "node:assert/strict";
import { test } from "node:test";
import { givenBy, isOffList, reflects, remember, rememberDismissed } from "./given";

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
    [...givenBy(1).ratings],
    [
      [11, 3],
      [10, 2],
    ],
  );
  assert.deepEqual([...givenBy(3).ratings], []);
});

test("a list knows of the ratings if it lacks their movies and the profile has the newest", () => {
  remember(4, 10, 4);
  remember(4, 11, 3);
  const given = givenBy(4);
  assert.ok(reflects(given, list(1, 2), rated([11, 3], [10, 4])));
  assert.ok(!reflects(given, list(1, 10), rated([11, 3], [10, 4])));
  assert.ok(!reflects(given, list(1, 2), rated([10, 4])));
  assert.ok(!reflects(given, list(1, 2), rated([11, 5], [10, 4])));
  assert.ok(reflects(given, list(1, 2), null));
  assert.ok(reflects(givenBy(5), list(1, 2), rated()));
});

test("a rating taken back may stand in the list again, and not in the profile", () => {
  remember(6, 10, 4);
  remember(6, 10, null);
  const given = givenBy(6);
  assert.ok(!isOffList(given, 10));
  assert.ok(reflects(given, list(10, 2), rated()));
  assert.ok(!reflects(given, list(10, 2), rated([10, 4])));
});

test("a dismissed movie has no place in the list until it is brought back", () => {
  rememberDismissed(7, 10, true);
  assert.ok(!reflects(givenBy(7), list(10, 2), null));
  assert.ok(reflects(givenBy(7), list(1, 2), null));
  rememberDismissed(7, 10, false);
  assert.ok(reflects(givenBy(7), list(10, 2), null));
});
