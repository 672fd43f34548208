import assert from "node:assert/strict";
import { test } from "node:test";
import { isJson, isOwnPage } from "./own-page";

test("only pages of this very origin are our own", () => {
  const own = [
    { "sec-fetch-site": "same-origin" },
    { "sec-fetch-site": "none" },
    { origin: "http://here:3000", host: "here:3000" },
    { origin: "https://here.example", host: "inner:3000", "x-forwarded-host": "here.example" },
    {},
  ];
  const foreign = [
    { "sec-fetch-site": "same-site", origin: "http://here:3000", host: "here:3000" },
    { "sec-fetch-site": "cross-site" },
    { origin: "http://here:8000", host: "here:3000" },
    { origin: "null", host: "here:3000" },
  ];
  for (const headers of own) assert.ok(isOwnPage(new Headers(headers as never)), JSON.stringify(headers));
  for (const headers of foreign)
    assert.ok(!isOwnPage(new Headers(headers as never)), JSON.stringify(headers));
});

test("JSON is what calls itself so", () => {
  assert.ok(isJson(new Headers({ "content-type": "application/json; charset=utf-8" })));
  for (const type of ["text/plain", "application/json-seq", "text/plain; x=application/json"]) {
    assert.ok(!isJson(new Headers({ "content-type": type })), type);
  }
  assert.ok(!isJson(new Headers()));
});
