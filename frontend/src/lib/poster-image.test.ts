import assert from "node:assert/strict";
import { test } from "node:test";
import { srcSetOf } from "./poster-image";

test("a poster is offered in every width that TMDB keeps", () => {
  assert.equal(
    srcSetOf("https://image.tmdb.org/t/p/w342/a.jpg"),
    [92, 154, 342, 780].map((width) => `https://image.tmdb.org/t/p/w${width}/a.jpg ${width}w`).join(", "),
  );
});

test("an address without a width is used as it is", () => {
  assert.equal(srcSetOf("https://images.example/a.jpg"), undefined);
});
