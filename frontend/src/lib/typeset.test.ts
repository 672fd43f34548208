import assert from "node:assert/strict";
import { test } from "node:test";
import { type Link, typeset } from "./typeset";

const movie = (text: string, id: number): Link => ({ text, href: `/movies/${id}` });
const set = (sentence: string, ...links: Link[]) =>
  typeset(sentence, links).map((piece) => (piece.kind === "plain" ? piece.text : [piece.kind, piece.text]));

test("titles, stars and numbers are set apart from the words between them", () => {
  const sentence = "You gave ★4.5 to Heat: 1,204 of its 2,311 fans like this too";
  assert.deepEqual(set(sentence, movie("Heat", 6)), [
    "You gave ",
    ["stars", "★4.5"],
    " to ",
    ["link", "Heat"],
    ": ",
    ["number", "1,204"],
    " of its ",
    ["number", "2,311"],
    " fans like this too",
  ]);
});

test("the pieces are the sentence again, whatever links are asked for", () => {
  const sentence = "Because you gave ★5 to Alien 3 and ★4 to Alien";
  for (const links of [[], [movie("Alien", 1)], [movie("", 2), movie("Nowhere", 3), movie("you", 4)]]) {
    assert.equal(
      typeset(sentence, links)
        .map((piece) => piece.text)
        .join(""),
      sentence,
    );
  }
});

test("a title that begins another one is not cut out of it", () => {
  const pieces = set(
    "Because you gave ★5 to Alien and ★4 to Alien 3",
    movie("Alien", 1),
    movie("Alien 3", 3),
  );
  assert.deepEqual(pieces.slice(3), [
    ["link", "Alien"],
    " and ",
    ["stars", "★4"],
    " to ",
    ["link", "Alien 3"],
  ]);
});

test("a title that is a word of the sentence, or part of one, is found where it is the title", () => {
  assert.deepEqual(set("You gave ★5 to You", movie("You", 7)).at(-1), ["link", "You"]);
  assert.deepEqual(set("You gave ★5 to Her: as others", movie("Her", 8))[3], ["link", "Her"]);
  assert.deepEqual(set("Other heroes", movie("her", 8)), ["Other heroes"]);
});

test("a title of digits is one link and no number", () => {
  assert.deepEqual(set("With 1917 ★5 and 300 ★4", movie("1917", 1), movie("300", 2)), [
    "With ",
    ["link", "1917"],
    " ",
    ["stars", "★5"],
    " and ",
    ["link", "300"],
    " ",
    ["stars", "★4"],
  ]);
});

test("the comma after a number belongs to the sentence", () => {
  assert.deepEqual(set("At place 41, 0.32 below place 1,025."), [
    "At place ",
    ["number", "41"],
    ", ",
    ["number", "0.32"],
    " below place ",
    ["number", "1,025"],
    ".",
  ]);
});

test("a percentage is one figure", () => {
  assert.deepEqual(set("58 % of its fans"), [["number", "58 %"], " of its fans"]);
});
