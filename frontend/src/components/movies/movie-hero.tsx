import { ForMe } from "@/components/explain/for-me";
import { Poster } from "@/components/posters/poster";
import type { OwnRating } from "@/lib/outcome";
import type { MovieDetail } from "@/lib/types";
import { MovieCredits } from "./movie-credits";
import { MovieFacts } from "./movie-facts";
import { MovieScores } from "./movie-scores";
import { RateMovie } from "./rate-movie";

/** Poster beside the name; on a phone the rest goes below both, and on a wide page what it is to me stands at the right. */
const MOVIE_GRID =
  "grid grid-cols-[7.5rem_minmax(0,1fr)] gap-x-5 gap-y-5 pt-6 sm:grid-cols-[15rem_minmax(0,1fr)] sm:grid-rows-[auto_auto_auto_1fr] sm:gap-x-12 sm:pt-12 lg:grid-cols-[20rem_minmax(0,1fr)] xl:grid-cols-[20rem_minmax(0,1fr)_24rem] xl:grid-rows-[auto_auto_1fr] xl:gap-x-10";

/** Everything known of one movie. */
export function MovieHero({ movie, own }: { movie: MovieDetail; own: OwnRating | null }) {
  const isRenamed = movie.original_title && movie.original_title !== movie.title;
  return (
    <article className={MOVIE_GRID} data-testid="movie-detail" data-movie-id={movie.movie_id}>
      <Poster
        movie={movie}
        isEager
        sizes="(min-width: 40rem) 21rem, 7.5rem"
        className="self-start sm:row-span-4 xl:row-span-3"
      />
      <header className="min-w-0 max-sm:self-end">
        <h1 className="text-balance font-extrabold text-3xl leading-[1.08] tracking-tight sm:text-5xl 2xl:text-6xl">
          {movie.title}
        </h1>
        {isRenamed && <p className="mt-2 text-lg text-soft italic">{movie.original_title}</p>}
        <div className="mt-3">
          <MovieFacts movie={movie} />
        </div>
      </header>
      <div className="min-w-0 max-sm:col-span-2">
        <MovieScores movie={movie} />
        <RateMovie movieId={movie.movie_id} title={movie.title} own={own} />
        <p className="max-w-prose text-lg leading-relaxed">
          {movie.overview || <span className="text-soft">No description of this movie is known.</span>}
        </p>
      </div>
      <div className="min-w-0 max-sm:col-span-2 xl:col-start-3 xl:row-span-3 xl:row-start-1">
        <ForMe movieId={movie.movie_id} />
      </div>
      <div className="min-w-0 max-sm:col-span-2 xl:col-start-2">
        <MovieCredits movie={movie} />
      </div>
    </article>
  );
}
