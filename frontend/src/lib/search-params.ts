import { inOrder, type Params, single, yearFrom, yearsNote } from "./settings";

/** What a search page was asked for. */
export interface Asked {
  q: string;
  genre: string;
  yearMin: number | null;
  yearMax: number | null;
  /** What to say about the years, if they could not be used as they stand. */
  yearsNote: string | null;
  pageToken: string;
}

const PAGE_SIZE = 24;

export function searchFrom(params: Params): Asked {
  return {
    q: single(params.q).trim().slice(0, 200),
    genre: single(params.genre).slice(0, 40),
    ...inOrder({ yearMin: yearFrom(params.year_min), yearMax: yearFrom(params.year_max) }),
    yearsNote: yearsNote(single(params.year_min).slice(0, 20), single(params.year_max).slice(0, 20)),
    pageToken: single(params.page_token),
  };
}

/** The gateway's query for it. */
export function searchQuery(asked: Asked): URLSearchParams {
  const query = new URLSearchParams({ q: asked.q, page_size: String(PAGE_SIZE) });
  if (asked.genre) query.set("genre", asked.genre);
  if (asked.yearMin !== null) query.set("year_min", String(asked.yearMin));
  if (asked.yearMax !== null) query.set("year_max", String(asked.yearMax));
  if (asked.pageToken) query.set("page_token", asked.pageToken);
  return query;
}

/** A part of an address's path as text. It may hold any bytes; what is no text stays as it is. */
export function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
