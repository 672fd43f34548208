/** What a user may change about their ranking; kept in the address, so that a list can be shared. */
import type { RankRequest } from "./types";

export interface Settings {
  k: number;
  genre: string;
  yearMin: number | null;
  yearMax: number | null;
  /** Minutes. */
  runtimeMax: number | null;
  /** How well known a movie may be: its ratings as a share of those of the most rated one. */
  ratingsShareMax: number | null;
  diversity: number;
  view: View;
}

/** A list with reasons, or a wall of posters. */
export type View = "cards" | "posters";

export const SIZES = [10, 25, 50, 100] as const;

export const DEFAULT_SETTINGS: Settings = {
  k: 25,
  genre: "",
  yearMin: null,
  yearMax: null,
  runtimeMax: null,
  ratingsShareMax: null,
  diversity: 0,
  view: "cards",
};

/** What one click narrows a list to; a second one takes it back. */
export const CHIPS: readonly { id: string; label: string; wish: Partial<Settings> }[] = [
  { id: "short", label: "Under 100 min", wish: { runtimeMax: 99 } },
  { id: "nineties", label: "90s", wish: { yearMin: 1990, yearMax: 1999 } },
  { id: "lesser-known", label: "Not so famous", wish: { ratingsShareMax: 0.2 } },
];

/** Whether the settings have all that a chip stands for. */
export function isOn(settings: Settings, wish: Partial<Settings>): boolean {
  return Object.entries(wish).every(([name, value]) => settings[name as keyof Settings] === value);
}

/** What a click on the chip changes. */
export function toggledBy(settings: Settings, wish: Partial<Settings>): Partial<Settings> {
  if (!isOn(settings, wish)) return wish;
  const names = Object.keys(wish) as (keyof Settings)[];
  return Object.fromEntries(names.map((name) => [name, DEFAULT_SETTINGS[name]]));
}

/** The same list, however it is shown. */
export function isSameList(one: Settings, other: Settings): boolean {
  return queryOf({ ...one, view: "cards" }) === queryOf({ ...other, view: "cards" });
}

/** MovieLens's genres, without its two oddities (IMAX is a format, "no genres" no genre). */
export const GENRES = [
  "Action",
  "Adventure",
  "Animation",
  "Children",
  "Comedy",
  "Crime",
  "Documentary",
  "Drama",
  "Fantasy",
  "Film-Noir",
  "Horror",
  "Musical",
  "Mystery",
  "Romance",
  "Sci-Fi",
  "Thriller",
  "War",
  "Western",
] as const;

export type Params = Record<string, string | string[] | undefined>;

/** Reads the address's parameters; what does not make sense falls back to the default. */
export function settingsFrom(params: Params): Settings {
  const k = wholeNumber(params.k, 1, 500);
  return {
    k: k ?? DEFAULT_SETTINGS.k,
    genre: single(params.genre).slice(0, 40),
    ...inOrder({ yearMin: yearFrom(params.year_min), yearMax: yearFrom(params.year_max) }),
    runtimeMax: wholeNumber(params.runtime_max, 1, 1_000),
    ratingsShareMax: share(params.ratings_share_max),
    diversity: share(params.diversity) ?? 0,
    view: single(params.view) === "posters" ? "posters" : "cards",
  };
}

/** The same of an address's query; of a name that occurs twice the first counts. */
export function settingsOf(query: Pick<URLSearchParams, "keys" | "get">): Settings {
  return settingsFrom(Object.fromEntries([...query.keys()].map((name) => [name, query.get(name) ?? ""])));
}

interface Years {
  yearMin: number | null;
  yearMax: number | null;
}

/** The same with the years turned round if the later one stands first. */
export function inOrder<T extends Years>(asked: T): T {
  const { yearMin, yearMax } = asked;
  const isTurned = yearMin !== null && yearMax !== null && yearMin > yearMax;
  return isTurned ? { ...asked, yearMin: yearMax, yearMax: yearMin } : asked;
}

/** What to say about two years as they were typed; null where they are used as they stand. */
export function yearsNote(from: string, to: string): string | null {
  const unusable = [from, to].find((text) => text.trim() !== "" && yearFrom(text) === null);
  if (unusable !== undefined)
    return `“${unusable.trim()}” is not a year from 1870 to 2200, so it is not used.`;
  const [first, last] = [yearFrom(from), yearFrom(to)];
  if (first === null || last === null || first <= last) return null;
  return `${first} is later than ${last}, so the years are turned round: ${last} to ${first}.`;
}

/** The address's query for these settings; defaults are left out. */
export function queryOf(settings: Settings): string {
  const query = new URLSearchParams();
  if (settings.k !== DEFAULT_SETTINGS.k) query.set("k", String(settings.k));
  if (settings.genre) query.set("genre", settings.genre);
  if (settings.yearMin !== null) query.set("year_min", String(settings.yearMin));
  if (settings.yearMax !== null) query.set("year_max", String(settings.yearMax));
  if (settings.runtimeMax !== null) query.set("runtime_max", String(settings.runtimeMax));
  if (settings.ratingsShareMax !== null) query.set("ratings_share_max", String(settings.ratingsShareMax));
  if (settings.diversity) query.set("diversity", String(settings.diversity));
  if (settings.view !== DEFAULT_SETTINGS.view) query.set("view", settings.view);
  return query.toString();
}

export function rankRequest(userId: number, settings: Settings): RankRequest {
  return {
    user_id: userId,
    k: settings.k,
    diversity: settings.diversity,
    filters: filtersOf(settings),
  };
}

/** The question where a movie stands in such a list. Variety moves movies about; a place is explained by scores alone. */
export function explainRequest(userId: number, settings: Settings, movieId: number) {
  const about: [number] = [movieId];
  return { user_id: userId, k: settings.k, filters: filtersOf(settings), movie_ids: about };
}

function filtersOf({ genre, yearMin, yearMax, runtimeMax, ratingsShareMax }: Settings) {
  return {
    genres: genre ? [genre] : [],
    year_min: yearMin,
    year_max: yearMax,
    runtime_max: runtimeMax,
    ratings_share_max: ratingsShareMax,
  };
}

export function single(value: string | string[] | undefined): string {
  return (Array.isArray(value) ? value[0] : value) ?? "";
}

/** A year a film can have, or null. */
export function yearFrom(value: string | string[] | undefined): number | null {
  return wholeNumber(value, 1870, 2200);
}

/** From 0 to 1, or null. */
function share(value: string | string[] | undefined): number | null {
  const text = single(value).trim();
  const number = Number(text);
  return text !== "" && number >= 0 && number <= 1 ? number : null;
}

function wholeNumber(value: string | string[] | undefined, min: number, max: number): number | null {
  const text = single(value).trim();
  if (!/^\d+$/.test(text)) return null;
  const number = Number(text);
  return number >= min && number <= max ? number : null;
}
