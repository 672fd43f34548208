import assert from "node:assert/strict";
import { test } from "node:test";
import { printable, printableTitle } from "./printable";

test("letters of European names stay, and what the fonts lack is gone", () => {
  assert.equal(printable("Amélie, Ōkami & Łódź – “OK”…"), "Amélie, Ōkami & Łódź – “OK”…");
  assert.equal(printable("七人の侍 Seven 🎬 Samurai ★5 ™"), "Seven Samurai 5");
  assert.equal(printable("Ạ̈ Việt"), "A Viet");
  assert.equal(printable("a\u0000b\u200dc"), "a b c");
});

test("a title without a drawable letter is its movie's number", () => {
  assert.equal(printableTitle("七人の侍", 2019), "Movie 2019");
  assert.equal(printableTitle("…", 7), "Movie 7");
  assert.equal(printableTitle("8½", 1270), "8½");
});
