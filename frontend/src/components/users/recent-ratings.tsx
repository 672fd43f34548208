import Link from "next/link";
import { Poster } from "@/components/posters/poster";
import { stars } from "@/lib/format";
import type { RatedMovie } from "@/lib/types";

export function RecentRatings({ ratings }: { ratings: readonly RatedMovie[] }) {
  if (ratings.length === 0) return null;
  return (
    <section>
      <h3 className="mb-2.5 font-semibold text-sm">Rated last</h3>
      <ul className="space-y-2.5" data-testid="recent-ratings">
        {ratings.map((movie) => (
          <li
            key={movie.movie_id}
            className="flex items-center gap-3"
            data-testid="recent-rating"
            data-movie-id={movie.movie_id}
          >
            <Poster movie={movie} isThumb className="w-9 shrink-0 rounded-sm!" />
            <Link
              href={`/movies/${movie.movie_id}`}
              prefetch={false}
              className="line-clamp-2 min-w-0 flex-1 rounded-sm text-sm leading-snug hover:text-glow"
            >
              {movie.title}
            </Link>
            <span
              className="shrink-0 font-semibold text-glow text-sm tabular-nums"
              role="img"
              aria-label={stars(movie.rating)}
            >
              {movie.rating} ★
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
