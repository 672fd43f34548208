import assert from "node:assert/strict";
import { test } from "node:test";
import { hash, motifsOf, PALETTES, posterArt } from "./poster-art";

test("the hash is FNV-1a's published value", () => {
  assert.equal(hash(""), 0x811c9dc5);
  assert.equal(hash("foobar"), 0xbf9cf968);
});

test("the same movie has the same poster, another year another", () => {
  const art = posterArt("Dune", 1984, ["Sci-Fi"]);
  assert.deepEqual(posterArt("Dune", 1984, ["Sci-Fi"]), art);
  assert.notDeepEqual(posterArt("Dune", 2021, ["Sci-Fi"]).dice, art.dice);
});

test("the most telling genres choose the motif, and no genre still has one", () => {
  assert.deepEqual(motifsOf(["Drama", "Western"]), ["mesa", "curtain", "horizon"]);
  assert.ok(motifsOf([]).length > 0);
  assert.ok(motifsOf(["(no genres listed)"]).length > 0);
});

test("ink can be read on every palette's ground, and the ground on ink", () => {
  for (const { ground, ink } of PALETTES) assert.ok(contrast(ground, ink) >= 4.5, `${ink} on ${ground}`);
});

/** WCAG 2 contrast ratio of two #rrggbb colours. */
function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

function luminance(colour: string): number {
  const linear = [1, 3, 5].map((i) => {
    const c = Number.parseInt(colour.slice(i, i + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
}
