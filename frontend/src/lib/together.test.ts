import assert from "node:assert/strict";
import { test } from "node:test";
import { togetherFrom } from "./together";

test("ids are read however they are parted", () => {
  assert.deepEqual(togetherFrom({ users: "1, 123;414" }).userIds, [1, 123, 414]);
  assert.deepEqual(togetherFrom({ users: "1 2", blend: "min" }), {
    text: "1 2",
    userIds: [1, 2],
    blend: "min",
    refusal: null,
  });
});

test("nobody named is no mistake, and the mean is the default", () => {
  assert.deepEqual(togetherFrom({}), { text: "", userIds: [], blend: "mean", refusal: null });
  assert.equal(togetherFrom({ users: "1,2", blend: "loudest" }).blend, "mean");
});

test("what cannot be asked for is named", () => {
  const refusal = (users: string) => togetherFrom({ users }).refusal ?? "";
  assert.match(refusal("7"), /One person is named; it takes 2 to 6/);
  assert.match(refusal("1,2,3,4,5,6,7"), /7 people are named/);
  assert.match(refusal("1,two"), /“two” is no user id/);
  assert.match(refusal("5,1,5"), /User 5 is named twice/);
  assert.deepEqual(togetherFrom({ users: "1,two" }).userIds, []);
});
