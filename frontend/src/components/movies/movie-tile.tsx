import Link from "next/link";
import type { ReactNode } from "react";
import { Poster } from "@/components/posters/poster";
import type { Card } from "@/lib/types";

interface Props {
  movie: Card;
  /** Its links stand above the tile's own. */
  note?: ReactNode;
  isEager?: boolean;
  headingLevel?: 2 | 3;
}

/** A movie in a grid: the poster does the talking. The whole tile is one link, but for what its note names. */
export function MovieTile({ movie, note, isEager = false, headingLevel = 3 }: Props) {
  const Heading = `h${headingLevel}` as const;
  return (
    <article
      className="group drawn-near relative [--about:15rem] sm:[--about:22rem]"
      data-testid="movie-tile"
      data-movie-id={movie.movie_id}
    >
      <Poster
        movie={movie}
        isEager={isEager}
        className="transition duration-300 group-hover:-translate-y-1 group-hover:shadow-2xl"
      />
      <Heading className="mt-2.5 line-clamp-2 font-sans font-semibold leading-snug">
        <Link
          href={`/movies/${movie.movie_id}`}
          prefetch={false}
          className="rounded-sm after:absolute after:inset-0 group-hover:text-glow"
        >
          {movie.title}
        </Link>
      </Heading>
      <p className="mt-0.5 line-clamp-1 text-soft text-sm">
        {[movie.year, ...(movie.genres ?? []).slice(0, 2)].filter(Boolean).join(" · ")}
      </p>
      {note && (
        <p
          className="mt-1 line-clamp-4 text-sm leading-snug [&_a]:relative [&_a]:z-10"
          data-testid="tile-note"
        >
          {note}
        </p>
      )}
    </article>
  );
}
