import assert from "node:assert/strict";
import { test } from "node:test";
import { themeCookie, themeFrom } from "./theme";

test("a cookie that names no theme leaves it to the system", () => {
  assert.equal(themeFrom("dark"), "dark");
  assert.equal(themeFrom("purple"), "system");
  assert.equal(themeFrom(undefined), "system");
});

test("the system's choice needs no cookie", () => {
  assert.match(themeCookie("system"), /Max-Age=0/);
  assert.match(themeCookie("light"), /^marquee_theme=light; Path=\/; Max-Age=31536000/);
});
