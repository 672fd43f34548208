import { Poster } from "@/components/posters/poster";
import type { MovieDetail } from "@/lib/types";
import { MovieCredits } from "./movie-credits";
import { MovieFacts } from "./movie-facts";
import { MovieScores } from "./movie-scores";
import { RateMovie } from "./rate-movie";

/** Everything known of one movie. */
export function MovieHero({ movie, rating }: { movie: MovieDetail; rating: number | null }) {
  const isRenamed = movie.original_title && movie.original_title !== movie.title;
  return (
    <article
      className="grid gap-x-12 gap-y-6 pt-8 sm:grid-cols-[15rem_minmax(0,1fr)] sm:pt-12 lg:grid-cols-[21rem_minmax(0,1fr)]"
      data-testid="movie-detail"
      data-movie-id={movie.movie_id}
    >
      <Poster movie={movie} isEager className="w-40 sm:w-full" />
      <div className="min-w-0">
        <h1 className="text-balance font-extrabold text-4xl leading-[1.08] tracking-tight sm:text-5xl lg:text-6xl">
          {movie.title}
        </h1>
        {isRenamed && <p className="mt-2 text-lg text-soft italic">{movie.original_title}</p>}
        <div className="mt-3 text-base">
          <MovieFacts movie={movie} />
        </div>
        <MovieScores movie={movie} />
        <RateMovie movieId={movie.movie_id} title={movie.title} rating={rating} />
        <p className="max-w-prose text-lg leading-relaxed">
          {movie.overview || <span className="text-soft">No description of this movie is known.</span>}
        </p>
        <MovieCredits movie={movie} />
      </div>
    </article>
  );
}
