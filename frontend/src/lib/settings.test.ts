import assert from "node:assert/strict";
import { test } from "node:test";
import { readEnv } from "./env";
import { idFrom } from "./ids";
import { searchFrom } from "./search-params";
import {
  CHIPS,
  DEFAULT_SETTINGS,
  isOn,
  isSameList,
  queryOf,
  rankRequest,
  type Settings,
  settingsFrom,
  settingsOf,
  toggledBy,
  yearsNote,
} from "./settings";
import { nextStars, starsAt } from "./star-steps";

test("settings survive the way through the address", () => {
  const settings: Settings = {
    k: 50,
    genre: "Sci-Fi",
    yearMin: 1990,
    yearMax: 2010,
    runtimeMax: 99,
    ratingsShareMax: 0.2,
    diversity: 0.3,
    view: "posters",
  };
  assert.deepEqual(settingsFrom(Object.fromEntries(new URLSearchParams(queryOf(settings)))), settings);
  assert.equal(queryOf(DEFAULT_SETTINGS), "");
});

test("an address that makes no sense asks for the defaults", () => {
  const nonsense = { k: "1e9", year_min: "abc", diversity: "-1", runtime_max: "0", view: "x" };
  assert.deepEqual(settingsFrom({ ...nonsense, ratings_share_max: "2" }), DEFAULT_SETTINGS);
  assert.equal(settingsFrom({ k: ["10", "20"] }).k, 10);
});

test("years the wrong way round are turned", () => {
  const { yearMin, yearMax } = settingsFrom({ year_min: "2010", year_max: "1990" });
  assert.deepEqual([yearMin, yearMax], [1990, 2010]);
});

test("what cannot be done with two years as typed is said", () => {
  assert.equal(yearsNote("1990", "2010"), null);
  assert.equal(yearsNote("", ""), null);
  assert.match(yearsNote("2010", "1990") ?? "", /turned round: 1990 to 2010/);
  for (const bad of ["12", "1200", "3000", "abc"])
    assert.match(yearsNote(bad, "1990") ?? "", new RegExp(`“${bad}”`));
  assert.match(yearsNote("1990", "99") ?? "", /“99” is not a year/);
});

test("a search turns years round too", () => {
  const asked = searchFrom({ q: "heat", year_min: "2010", year_max: "1990" });
  assert.deepEqual([asked.yearMin, asked.yearMax], [1990, 2010]);
  assert.ok(asked.yearsNote);
  assert.equal(searchFrom({ q: "heat", year_min: "1990" }).yearsNote, null);
});

test("of a name that occurs twice in an address the first counts", () => {
  assert.equal(settingsOf(new URLSearchParams("k=10&k=50&genre=War")).k, 10);
});

test("a rank request names one user and every filter", () => {
  assert.deepEqual(rankRequest(7, { ...DEFAULT_SETTINGS, genre: "War" }), {
    user_id: 7,
    k: 25,
    diversity: 0,
    filters: { genres: ["War"], year_min: null, year_max: null, runtime_max: null, ratings_share_max: null },
  });
});

test("a chip sets what it stands for and takes it back, and leaves the rest", () => {
  for (const { wish } of CHIPS) {
    const before = { ...DEFAULT_SETTINGS, genre: "War", view: "posters" as const };
    const on = { ...before, ...toggledBy(before, wish) };
    assert.ok(isOn(on, wish) && !isOn(before, wish));
    assert.deepEqual({ ...on, ...toggledBy(on, wish) }, before);
  }
});

test("a list is the same one however it is shown", () => {
  assert.ok(isSameList(DEFAULT_SETTINGS, { ...DEFAULT_SETTINGS, view: "posters" }));
  assert.ok(!isSameList(DEFAULT_SETTINGS, { ...DEFAULT_SETTINGS, runtimeMax: 99 }));
});

test("ids are whole numbers that JSON keeps exact", () => {
  assert.equal(idFrom(" 414 "), 414);
  for (const bad of ["0", "-1", "1.5", "9007199254740992", "abc", "", null]) assert.equal(idFrom(bad), null);
});

test("pointers and keys reach every half star", () => {
  assert.deepEqual([starsAt(0), starsAt(0.55), starsAt(1)], [0.5, 3, 5]);
  assert.equal(nextStars("ArrowRight", null), 0.5);
  assert.equal(nextStars("ArrowRight", 5), 5);
  assert.equal(nextStars("ArrowLeft", 0.5), 0.5);
  assert.equal(nextStars("4", null), 4);
  assert.equal(nextStars("a", 3), null);
});

test("the environment is read with defaults, and refused by name", () => {
  assert.equal(readEnv({}).gatewayUrl, "http://127.0.0.1:8000");
  assert.equal(readEnv({ MARQUEE_GATEWAY_URL: "http://gateway:8000/" }).gatewayUrl, "http://gateway:8000");
  assert.throws(() => readEnv({ MARQUEE_GATEWAY_URL: "gateway:8000" }), /MARQUEE_GATEWAY_URL/);
  assert.throws(() => readEnv({ MARQUEE_GATEWAY_TIMEOUT_MS: "soon" }), /MARQUEE_GATEWAY_TIMEOUT_MS/);
  assert.deepEqual([readEnv({}).apiKey, readEnv({ MARQUEE_API_KEY: "k-1" }).apiKey], ["", "k-1"]);
  assert.throws(() => readEnv({ MARQUEE_API_KEY: "a\nb" }), /MARQUEE_API_KEY/);
});

test("the page admits images from where the gateway says that posters are", () => {
  assert.equal(readEnv({}).imageOrigin, "https://image.tmdb.org");
  assert.equal(readEnv({ MARQUEE_IMAGE_BASE: "" }).imageOrigin, "https://image.tmdb.org");
  const ours = "https://images.example:8443/t/p/";
  assert.equal(readEnv({ MARQUEE_IMAGE_BASE: ours }).imageOrigin, "https://images.example:8443");
  assert.throws(() => readEnv({ MARQUEE_IMAGE_BASE: "images.example" }), /MARQUEE_IMAGE_BASE/);
});
