import { type Params, single, yearFrom } from "./settings";

/** What a search page was asked for. */
export interface Asked {
  q: string;
  genre: string;
  yearMin: number | null;
  yearMax: number | null;
  pageToken: string;
}

const PAGE_SIZE = 24;

export function searchFrom(params: Params): Asked {
  return {
    q: single(params.q).trim().slice(0, 200),
    genre: single(params.genre).slice(0, 40),
    yearMin: yearFrom(params.year_min),
    yearMax: yearFrom(params.year_max),
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
