/** The gateway's routes as functions, for server components; the browser's are in browser.ts. */
import "server-only";
import { callGateway, GatewayUnreachable } from "./gateway";
import { type Outcome, outcomeOf, unreachable } from "./outcome";
import type { Order } from "./rating-order";
import type {
  ModelDetail,
  Models,
  MovieDetail,
  PersonMovies,
  Pipeline,
  Ranking,
  RankRequest,
  RatedMovie,
  RatingsPage,
  SearchPage,
  ThemeMovies,
  UserProfile,
} from "./types";

export const movie = (id: number) => ask<MovieDetail>(`/v1/movies/${id}`);

export const similarTo = (id: number, k: number) => ask<Ranking>(`/v1/movies/${id}/similar?k=${k}`);

export const person = (name: string) => ask<PersonMovies>(`/v1/people/${encodeURIComponent(name)}`);

export const theme = (name: string) => ask<ThemeMovies>(`/v1/themes/${encodeURIComponent(name)}`);

export const profileOf = (userId: number) => ask<UserProfile>(`/v1/users/${userId}`);

export const ratingOf = (userId: number, movieId: number) =>
  ask<RatedMovie>(`/v1/users/${userId}/ratings/${movieId}`);

export const ratingsOf = (userId: number, sort: Order, pageToken: string) => {
  const query = new URLSearchParams({ sort, ...(pageToken && { page_token: pageToken }) });
  return ask<RatingsPage>(`/v1/users/${userId}/ratings?${query}`);
};

export const search = (query: URLSearchParams) => ask<SearchPage>(`/v1/search?${query}`);

export const pipeline = () => ask<Pipeline>("/v1/pipeline");

export const models = () => ask<Models>("/v1/models");

export const model = (version: string) => ask<ModelDetail>(`/v1/models/${encodeURIComponent(version)}`);

export const rank = (body: RankRequest) =>
  ask<Ranking>("/v1/rank", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });

async function ask<T>(path: string, init?: RequestInit): Promise<Outcome<T>> {
  try {
    return await outcomeOf<T>(await callGateway(path, init));
  } catch (error) {
    if (error instanceof GatewayUnreachable) return { ok: false, trouble: unreachable(error.message) };
    throw error;
  }
}
