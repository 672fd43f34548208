/** What a user may change about their ranking; kept in the address, so that a list can be shared. */
import type { RankRequest } from "./types";

export interface Settings {
  k: number;
  genre: string;
  yearMin: number | null;
  yearMax: number | null;
  diversity: number;
}

export const SIZES = [10, 25, 50, 100] as const;

export const DEFAULT_SETTINGS: Settings = { k: 25, genre: "", yearMin: null, yearMax: null, diversity: 0 };

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
  const diversity = Number(single(params.diversity) || 0);
  const [yearMin, yearMax] = [yearFrom(params.year_min), yearFrom(params.year_max)];
  const isInOrder = yearMin === null || yearMax === null || yearMin <= yearMax;
  return {
    k: k ?? DEFAULT_SETTINGS.k,
    genre: single(params.genre).slice(0, 40),
    yearMin: isInOrder ? yearMin : yearMax,
    yearMax: isInOrder ? yearMax : yearMin,
    diversity: diversity >= 0 && diversity <= 1 ? diversity : 0,
  };
}

/** The address's query for these settings; defaults are left out. */
export function queryOf(settings: Settings): string {
  const query = new URLSearchParams();
  if (settings.k !== DEFAULT_SETTINGS.k) query.set("k", String(settings.k));
  if (settings.genre) query.set("genre", settings.genre);
  if (settings.yearMin !== null) query.set("year_min", String(settings.yearMin));
  if (settings.yearMax !== null) query.set("year_max", String(settings.yearMax));
  if (settings.diversity) query.set("diversity", String(settings.diversity));
  return query.toString();
}

export function rankRequest(userId: number, settings: Settings): RankRequest {
  return {
    user_id: userId,
    k: settings.k,
    diversity: settings.diversity,
    filters: {
      genres: settings.genre ? [settings.genre] : [],
      year_min: settings.yearMin,
      year_max: settings.yearMax,
    },
  };
}

export function single(value: string | string[] | undefined): string {
  return (Array.isArray(value) ? value[0] : value) ?? "";
}

/** A year a film can have, or null. */
export function yearFrom(value: string | string[] | undefined): number | null {
  return wholeNumber(value, 1870, 2200);
}

function wholeNumber(value: string | string[] | undefined, min: number, max: number): number | null {
  const text = single(value).trim();
  if (!/^\d+$/.test(text)) return null;
  const number = Number(text);
  return number >= min && number <= max ? number : null;
}
