import assert from "node:assert/strict";
import { test } from "node:test";
import { noticeFor } from "./rungs";
import type { RankMeta } from "./types";

const meta = (rung: RankMeta["rung"], ...degraded: string[]): RankMeta => ({
  rung,
  degraded,
  freshness: {},
  cached: false,
  stages: {},
});

test("a list as good as it gets says nothing", () => {
  assert.equal(noticeFor(meta("personal"), 7), null);
});

test("nobody is called a newcomer while the ratings cannot be read", () => {
  assert.match(noticeFor(meta("cold"), 7)?.text ?? "", /User 7 has no ratings yet/);
  for (const part of ["rebuilding", "redis"]) {
    const notice = noticeFor(meta("cold", part), 7);
    assert.equal(notice?.tone, "degraded");
    assert.doesNotMatch(notice?.text ?? "", /no ratings/);
  }
});

test("a rebuild is named as one on every rung, and never as a part that does not answer", () => {
  for (const rung of ["personal", "similar", "stale", "cold", "retrieval", "popular"] as const) {
    const text = noticeFor(meta(rung, "rebuilding"), 7)?.text ?? "";
    assert.match(text, /The store of ratings is being rebuilt/, rung);
    assert.doesNotMatch(text, /Unavailable:/, rung);
  }
  assert.match(
    noticeFor(meta("stale", "rebuilding", "kafka"), 7)?.text ?? "",
    /Unavailable: the event log\.$/,
  );
});
