import assert from "node:assert/strict";
import { test } from "node:test";
import { counted, day, listed, runtime, signed, stars } from "./format";

test("a runtime reads as hours and minutes on one line, and an unknown one as nothing", () => {
  assert.equal(runtime(136), "2\u00a0h\u00a016\u00a0min");
  assert.equal(runtime(120), "2\u00a0h");
  assert.equal(runtime(45), "45\u00a0min");
  for (const unknown of [0, -5, null, undefined]) assert.equal(runtime(unknown), null);
});

test("contributions carry a sign, and what rounds to nothing carries none", () => {
  assert.equal(signed(0.424), "+0.42");
  assert.equal(signed(-0.426), "−0.43");
  assert.equal(signed(-0.001), "0.00");
});

test("one is singular", () => {
  assert.equal(counted(1, "rating"), "1 rating");
  assert.equal(counted(2_698, "rating"), "2,698 ratings");
  assert.equal(stars(1), "1 star");
  assert.equal(stars(0.5), "0.5 stars");
});

test("a day is the same everywhere", () => {
  assert.equal(day("2018-09-24T23:59:59Z"), "24 Sep 2018");
});

test("names are listed with an and, and of many the first", () => {
  assert.equal(listed([]), "");
  assert.equal(listed(["Heat"]), "Heat");
  assert.equal(listed(["Heat", "Alien"]), "Heat and Alien");
  assert.equal(listed(["Heat", "Alien", "Fargo", "Up"], 2), "Heat, Alien and 2 more");
});
