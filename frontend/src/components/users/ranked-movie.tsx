"use client";

import Link from "next/link";
import { MatchMeter } from "@/components/movies/match-meter";
import { MovementBadge } from "@/components/movies/movement-badge";
import { MovieFacts } from "@/components/movies/movie-facts";
import { ReasonList } from "@/components/movies/reason-list";
import { StarRating } from "@/components/movies/star-rating";
import { WhyPanel } from "@/components/movies/why-panel";
import { Poster } from "@/components/posters/poster";
import type { RankedCard } from "@/lib/types";

export interface RankedMovieProps {
  card: RankedCard;
  /** Null where scores cannot be compared. */
  match: number | null;
  moved: number | "new" | undefined;
  rated: number | null;
  isLeaving: boolean;
  /** Null on another user's list. */
  onRate: ((card: RankedCard, stars: number) => void) | null;
  onPass: ((card: RankedCard) => void) | null;
}

/** One place of the ranking: the movie, why it is here, and stars to say otherwise. */
export function RankedMovie({ card, match, moved, rated, isLeaving, onRate, onPass }: RankedMovieProps) {
  const isLead = card.rank === 1;
  const reasons = card.reasons ?? [];
  return (
    <li
      data-testid="ranked-card"
      data-movie-id={card.movie_id}
      data-rank={card.rank}
      data-flip={card.movie_id}
      className={`rounded-2xl border border-line bg-panel transition-opacity duration-200 ${isLead ? "xl:col-span-2" : ""} ${isLeaving ? "opacity-0" : ""}`}
    >
      <article
        className={`grid h-full grid-cols-[auto_minmax(0,1fr)] grid-rows-[1fr_auto] gap-x-4 p-3.5 sm:gap-x-5 sm:p-4 ${isLead ? "sm:p-6" : ""}`}
      >
        <Link
          href={`/movies/${card.movie_id}`}
          prefetch={false}
          tabIndex={-1}
          aria-hidden="true"
          className="self-start sm:row-span-2"
        >
          <Poster
            movie={card}
            isEager={card.rank <= 4}
            className={isLead ? "w-24 sm:w-48" : "w-24 sm:w-32"}
          />
        </Link>
        <div className="flex min-w-0 flex-col gap-2.5">
          <header className="flex items-start gap-3">
            <span
              className={`font-black text-glow leading-none tabular-nums ${isLead ? "text-4xl sm:text-5xl" : "text-3xl"}`}
            >
              <span className="sr-only">Number </span>
              {card.rank}
            </span>
            <div className="min-w-0 flex-1">
              <h2
                className={`text-balance font-bold leading-tight ${isLead ? "text-2xl sm:text-3xl" : "text-lg"}`}
              >
                <Link
                  href={`/movies/${card.movie_id}`}
                  prefetch={false}
                  className="rounded-sm hover:text-glow"
                >
                  {card.title}
                </Link>
              </h2>
              <MovieFacts movie={card} />
            </div>
            <MovementBadge moved={moved} />
          </header>
          {match !== null && <MatchMeter percent={match} />}
          <ReasonList reasons={reasons} isLarge={isLead} />
          <div className="mt-auto flex flex-wrap items-center justify-between gap-x-3">
            <StarRating
              title={card.title}
              value={rated}
              isBusy={rated !== null}
              isOff={onRate === null}
              onRate={(stars) => onRate?.(card, stars)}
            />
            {onPass && (
              <button
                type="button"
                onClick={() => onPass(card)}
                aria-label={`${card.title} is not for me`}
                data-testid="pass"
                className="min-h-8 rounded-md px-1 font-semibold text-sm text-soft hover:text-text"
              >
                Not for me
              </button>
            )}
          </div>
        </div>
        <div className="max-sm:col-span-2 max-sm:mt-2 sm:col-start-2">
          {reasons.length > 0 && <WhyPanel card={card} />}
        </div>
      </article>
    </li>
  );
}
