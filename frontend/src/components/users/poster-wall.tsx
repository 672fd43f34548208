"use client";

import Link from "next/link";
import { type MouseEvent, type Ref, useId, useState } from "react";
import { Sentence } from "@/components/movies/sentence";
import { Poster } from "@/components/posters/poster";
import { bestReasons } from "@/lib/scores";
import type { RankedCard } from "@/lib/types";

interface Props {
  ref: Ref<HTMLOListElement>;
  items: readonly RankedCard[];
  isPending: boolean;
  /** The movies to point out; null for none. */
  lit: ReadonlySet<number> | null;
  leaving: ReadonlySet<number>;
}

/** The list as posters. The first reason of each shows under a pointer, with the focus, or after a tap. */
export function PosterWall({ ref, items, isPending, lit, leaving }: Props) {
  const [tapped, setTapped] = useState<number | null>(null);
  return (
    <ol
      ref={ref}
      className={`relative grid grid-cols-3 gap-2.5 transition-opacity sm:grid-cols-4 sm:gap-3.5 xl:grid-cols-6 ${isPending ? "opacity-80" : ""}`}
      data-testid="poster-wall"
    >
      {items.map((card) => (
        <WallMovie
          key={card.movie_id}
          card={card}
          isOpen={tapped === card.movie_id}
          isDim={leaving.has(card.movie_id) || (lit !== null && !lit.has(card.movie_id))}
          onTap={() => setTapped(card.movie_id)}
        />
      ))}
    </ol>
  );
}

interface WallMovieProps {
  card: RankedCard;
  isOpen: boolean;
  isDim: boolean;
  onTap: () => void;
}

function WallMovie({ card, isOpen, isDim, onTap }: WallMovieProps) {
  const [reason] = bestReasons(card.reasons ?? [], 1);
  const id = useId();

  // A finger cannot hover: the first tap shows the reason, the second opens the movie.
  function click(event: MouseEvent<HTMLElement>) {
    const isTouch = (event.nativeEvent as PointerEvent).pointerType === "touch";
    if (!isTouch || isOpen || !reason) return;
    event.preventDefault();
    onTap();
  }

  return (
    <li
      data-testid="wall-movie"
      data-movie-id={card.movie_id}
      data-rank={card.rank}
      data-flip={card.movie_id}
      className={`group drawn-near relative rounded-lg [--about:10rem] sm:[--about:15rem] transition-opacity duration-200 focus-within:z-10 ${isDim ? "opacity-40" : ""}`}
    >
      <Poster
        movie={card}
        isEager={card.rank <= 12}
        sizes="(min-width: 80rem) 10rem, 30vw"
        className="w-full"
      />
      <span
        aria-hidden="true"
        className="pointer-events-none absolute top-0 right-0 rounded-tr-lg rounded-bl-md bg-[#0d0b0e]/85 px-1.5 py-0.5 font-display font-extrabold text-[#f8c65c] text-sm leading-none tabular-nums"
      >
        {card.rank}
      </span>
      <div
        className={`pointer-events-none absolute inset-0 flex flex-col justify-end overflow-hidden rounded-lg bg-[#0d0b0e]/95 p-2 text-[#f6f0e7] transition-opacity duration-150 group-focus-within:opacity-100 group-hover:opacity-100 sm:p-3 ${isOpen ? "opacity-100" : "opacity-0"}`}
      >
        <h2 className="line-clamp-3 font-bold text-lg leading-tight">
          <Link
            href={`/movies/${card.movie_id}`}
            prefetch={false}
            onClick={click}
            aria-label={`Number ${card.rank}: ${card.title}`}
            aria-describedby={reason && id}
            className="pointer-events-auto rounded-sm after:absolute after:inset-0 after:rounded-lg"
          >
            {card.title}
          </Link>
        </h2>
        {reason && (
          <p
            id={id}
            className="mt-1 line-clamp-6 text-xs leading-snug sm:text-sm [&_.text-glow]:text-[#f8c65c]"
            data-testid="wall-reason"
          >
            <Sentence text={reason.text} links={[]} />
          </p>
        )}
      </div>
    </li>
  );
}
