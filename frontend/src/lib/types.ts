/** The gateway's bodies under short names. schema.d.ts is generated: `npm run gen`. */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Card = Pick<
  Schemas["RankedCard"],
  "movie_id" | "title" | "year" | "genres" | "runtime" | "poster_url"
>;
export type Member = Schemas["Member"];
export type RankedCard = Schemas["RankedCard"];
export type Reason = Schemas["Reason"];
export type Ranking = Schemas["Ranking"];
export type RankMeta = Schemas["RankMeta"];
export type SearchHit = Schemas["SearchHit"];
export type SearchPage = Schemas["SearchPage"];
export type MovieDetail = Schemas["MovieDetail"];
export type UserProfile = Schemas["UserProfile"];
export type RatedMovie = Schemas["RatedMovie"];
export type RatingsPage = Schemas["RatingsPage"];
export type Affinity = Schemas["Affinity"];
export type Receipt = Schemas["Receipt"];
export type Receipts = Schemas["Receipts"];
export type PersonMovies = Schemas["PersonMovies"];
export type ThemeMovies = Schemas["ThemeMovies"];
export type NewUser = Schemas["NewUser"];
export type Override = Schemas["Override"];
export type GuestRating = Schemas["GuestRating"];
export type Explained = Schemas["Explained"];
export type Explanation = Schemas["Explanation"];
export type Exclusion = Schemas["Exclusion"];
export type Gap = Schemas["Gap"];
export type Problem = Schemas["Problem"];

/** What a request must name; the gateway fills in the rest. */
export type RankRequest = Partial<Omit<Schemas["RankRequest"], "filters">> & {
  filters?: Partial<Schemas["Filters"]>;
};
export type RatingsRequest = Schemas["RatingsRequest"];

/** As RankRequest, with the movies to explain. */
export type ExplainRequest = Pick<Schemas["ExplainRequest"], "movie_ids"> &
  Partial<Omit<Schemas["ExplainRequest"], "movie_ids" | "filters">> & {
    filters?: Partial<Schemas["Filters"]>;
  };
export type Models = Schemas["Models"];
export type ModelEntry = Schemas["ModelEntry"];
export type ModelDetail = Schemas["ModelDetail"];
export type Check = Schemas["Check"];
export type Decided = Schemas["Decided"];
export type Pipeline = Schemas["Pipeline"];
export type PipelinePart = Schemas["PipelinePart"];
export type Recent = Schemas["Recent"];
