import assert from "node:assert/strict";
import { test } from "node:test";
import {
  keepPicks,
  keptPicks,
  NO_PICKS,
  pickOf,
  progressText,
  ratingsOf,
  sharedAddress,
  sharedIds,
  toggled,
} from "./picks";
import type { Card } from "./types";

const card = (movie_id: number): Card => ({ movie_id, title: `Movie ${movie_id}`, genres: [] });

function storage(): Storage {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
  } as unknown as Storage;
}

test("a pick is taken back by picking the same again, and changed by picking the other", () => {
  const loved = toggled(NO_PICKS, card(1), "love");
  assert.equal(pickOf(loved, 1), "love");
  assert.deepEqual(toggled(loved, card(1), "love"), NO_PICKS);
  const passed = toggled(loved, card(1), "pass");
  assert.equal(pickOf(passed, 1), "pass");
  assert.deepEqual(ratingsOf(passed), []);
});

test("loved movies are ratings of five stars, the newest last", () => {
  const picks = [3, 1, 2].reduce((all, id) => toggled(all, card(id), "love"), NO_PICKS);
  assert.deepEqual(
    ratingsOf(picks).map((rating) => [rating.movie_id, rating.rating]),
    [
      [3, 5],
      [1, 5],
      [2, 5],
    ],
  );
});

test("the progress counts down to five and then up", () => {
  assert.equal(progressText(0), "Pick 5 movies you love");
  assert.equal(progressText(4), "1 more to go");
  assert.equal(progressText(6), "6 picked");
});

test("a shared address names the loved movies, and what is no id in one is skipped", () => {
  const picks = toggled(toggled(toggled(NO_PICKS, card(1), "love"), card(2), "pass"), card(3), "love");
  assert.equal(sharedAddress("http://here", picks), "http://here/start?love=1,3");
  assert.deepEqual(sharedIds("1,3"), [1, 3]);
  assert.deepEqual(sharedIds("1,x,,3,1,-2,0"), [1, 3]);
  assert.equal(sharedIds(Array.from({ length: 99 }, (_, at) => at + 1).join(",")).length, 20);
});

test("picks outlive a reload, and a damaged store is no picks", () => {
  const store = storage();
  const picks = toggled(toggled(NO_PICKS, card(1), "love"), card(2), "pass");
  keepPicks(store, picks);
  assert.deepEqual(keptPicks(store), picks);
  store.setItem("marquee_picks", '{"loved": [{"movie_id": "x"}, null, 7], "passed": 3}');
  assert.deepEqual(keptPicks(store), NO_PICKS);
  store.setItem("marquee_picks", "{");
  assert.deepEqual(keptPicks(store), NO_PICKS);
  const forbidden = {
    getItem: () => null,
    setItem: () => {
      throw new Error("full");
    },
  };
  assert.doesNotThrow(() => keepPicks(forbidden as unknown as Storage, picks));
});
