import assert from "node:assert/strict";
import { test } from "node:test";
import { lettering, widthOf } from "./lettering";

/** Ems of the display face at weight 700, added up from its own table of advance widths. */
const MEASURED: [string, number][] = [
  ["SHAWSHANK", 4.042],
  ["REDEMPTION", 4.04],
  ["MARTIAN", 2.888],
  ["BOUNTY", 2.475],
  ["INGLOURIOUS", 4.157],
  ["AMÉLIE", 2.3],
  ["WALL·E", 2.289],
];

test("no word is estimated narrower than the display face sets it, and hardly wider", () => {
  for (const [word, measured] of MEASURED) {
    const estimate = widthOf(word);
    assert.ok(estimate >= measured, `${word} ${estimate}`);
    assert.ok(estimate < measured * 1.04, `${word} is not made small without need`);
  }
});

test("the longest word decides the size, and a very long one gets as small as it must", () => {
  const sizes = ["Heat", "Deadpool", "Shawshank", "Supercalifragilisticexpialidocious"].map(
    (title) => lettering(title).size,
  );
  assert.deepEqual(
    sizes,
    [...sizes].sort((a, b) => b - a),
  );
  for (const title of [
    "x".repeat(200),
    "Dampfnudelblues",
    "Война и мир",
    "千と千尋の神隠し",
    "WWWWWWWWWWWW",
  ]) {
    const { words, size } = lettering(title);
    for (const piece of words.flat()) assert.ok(widthOf(piece) * size <= 84, title);
  }
});

test("a compound is cut behind its hyphens and slashes only where it is too wide for a line", () => {
  assert.deepEqual(lettering("Spider-Man").words, [["SPIDER-MAN"]]);
  assert.deepEqual(lettering("The Supernatural-Extra-Terrestrial").words, [
    ["THE"],
    ["SUPERNATURAL-", "EXTRA-", "TERRESTRIAL"],
  ]);
  assert.deepEqual(lettering("Bollywood/Hollywood").words, [["BOLLYWOOD/", "HOLLYWOOD"]]);
});

test("a title takes at most six lines, and one longer than that ends in an ellipsis after a whole word", () => {
  const whole = lettering("The Lord of the Rings: The Fellowship of the Ring");
  assert.ok(whole.lines <= 6 && whole.size >= 11, `${whole.size}`);
  const endless = lettering("night of the living dead ".repeat(20));
  assert.ok(endless.lines <= 6 && endless.size >= 7);
  assert.deepEqual(endless.words.at(-1), ["…"]);
  assert.ok(["NIGHT", "OF", "THE", "LIVING", "DEAD"].includes(endless.words.at(-2)?.join("") ?? ""));
});

test("a title of nothing is set as nothing", () => {
  assert.deepEqual(lettering("  ").words, []);
});
