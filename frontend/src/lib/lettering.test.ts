import assert from "node:assert/strict";
import { test } from "node:test";
import { lettering, widthOf } from "./lettering";

/** Ems in bold, measured by a canvas in Chromium: capitals in DejaVu Sans, then DejaVu Serif as it is written. */
const MEASURED: [string, number, number][] = [
  ["SHAWSHANK", 7.377, 7.792],
  ["REDEMPTION", 7.436, 8.079],
  ["MARTIAN", 5.204, 5.616],
  ["BOUNTY", 4.667, 4.96],
  ["Inglourious", 7.854, 6.532],
  ["Amélie", 4.145, 3.866],
  ["WALL·E", 4.214, 4.416],
];

test("no word is estimated narrower than the widest common font sets it", () => {
  for (const [word, sans, serif] of MEASURED) {
    for (const [estimate, measured] of [
      [widthOf(word.toUpperCase(), false), sans],
      [widthOf(word, true), serif],
    ] as const) {
      assert.ok(estimate >= measured, `${word} ${estimate}`);
      assert.ok(estimate < measured * 1.06, `${word} is not made small without need`);
    }
  }
});

test("the longest word decides the size, and a very long one gets as small as it must", () => {
  const sizes = ["Heat", "Deadpool", "Shawshank", "Supercalifragilisticexpialidocious"].map(
    (title) => lettering(title, false).size,
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
    for (const isSerif of [false, true]) {
      const { words, size } = lettering(title, isSerif);
      for (const piece of words.flat()) assert.ok(widthOf(piece, isSerif) * size <= 84, title);
    }
  }
});

test("a compound is cut behind its hyphens and slashes only where it is too wide for a line", () => {
  assert.deepEqual(lettering("Spider-Man", false).words, [["SPIDER-MAN"]]);
  assert.deepEqual(lettering("The Extra-Terrestrial", false).words, [["THE"], ["EXTRA-", "TERRESTRIAL"]]);
  assert.deepEqual(lettering("Bollywood/Hollywood", true).words, [["Bollywood/", "Hollywood"]]);
});

test("a title takes at most six lines, and one longer than that ends in an ellipsis after a whole word", () => {
  const whole = lettering("The Lord of the Rings: The Fellowship of the Ring", false);
  assert.ok(whole.lines <= 6 && whole.size >= 8, `${whole.size}`);
  const endless = lettering("night of the living dead ".repeat(20), false);
  assert.ok(endless.lines <= 6 && endless.size >= 5.5);
  assert.deepEqual(endless.words.at(-1), ["…"]);
  assert.ok(["NIGHT", "OF", "THE", "LIVING", "DEAD"].includes(endless.words.at(-2)?.join("") ?? ""));
});

test("a title of nothing is set as nothing", () => {
  assert.deepEqual(lettering("  ", false).words, []);
});
