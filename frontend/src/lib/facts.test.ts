import assert from "node:assert/strict";
import { test } from "node:test";
import { linksIn } from "./facts";

const about = (form: string, slots: Record<string, number | string | string[]>) => ({
  fact: { form, slots },
});

test("a title is linked to the movie whose id stands beside it", () => {
  const slots = { rating: 5, title: "Alien", movie_id: 1214, other_title: "Aliens", other_movie_id: 1200 };
  assert.deepEqual(linksIn(about("liked_similar.two", slots)), [
    { text: "Alien", href: "/movies/1214" },
    { text: "Aliens", href: "/movies/1200" },
  ]);
});

test("people are linked where they are names, and not where they are counted", () => {
  assert.deepEqual(linksIn(about("same_content.cast", { people: ["Al Pacino", "Jon Voight"] })), [
    { text: "Al Pacino", href: "/people/Al%20Pacino" },
    { text: "Jon Voight", href: "/people/Jon%20Voight" },
  ]);
  assert.deepEqual(linksIn(about("popular.rated", { count: 12, people: 610 })), []);
});

test("themes are linked", () => {
  const slots = { keywords: ["heist", "father/son"] };
  assert.deepEqual(linksIn(about("same_content.keywords", slots)), [
    { text: "heist", href: "/themes/heist" },
    { text: "father/son", href: "/themes/father%2Fson" },
  ]);
});

test("genres and a title without an id have no page", () => {
  const slots = { genres: ["Drama"], title: "Heat" };
  assert.deepEqual(linksIn(about("taste_genre.genres", slots)), []);
});

test("a reason without a fact links nothing", () => {
  assert.deepEqual(linksIn({ fact: null }), []);
  assert.deepEqual(linksIn({}), []);
});
