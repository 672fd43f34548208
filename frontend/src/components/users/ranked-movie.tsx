"use client";

import Link from "next/link";
import { MatchMeter } from "@/components/movies/match-meter";
import { MovementBadge } from "@/components/movies/movement-badge";
import { MovieFacts } from "@/components/movies/movie-facts";
import { ReasonList } from "@/components/movies/reason-list";
import { StarRating } from "@/components/movies/star-rating";
import { WhyPanel } from "@/components/movies/why-panel";
import { Poster } from "@/components/posters/poster";
import { CrossIcon } from "@/components/ui/icons";
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
  /** Others are pointed out. */
  isDim: boolean;
}

/** One place of the ranking: the movie, why it is here, and stars to say otherwise. */
export function RankedMovie({
  card,
  match,
  moved,
  rated,
  isLeaving,
  onRate,
  onPass,
  isDim,
}: RankedMovieProps) {
  const reasons = card.reasons ?? [];
  return (
    <li
      data-testid="ranked-card"
      data-movie-id={card.movie_id}
      data-rank={card.rank}
      data-flip={card.movie_id}
      className={`drawn-near @container rounded-xl border border-line bg-panel transition-opacity duration-200 has-[details[open]]:col-span-full ${isLeaving ? "opacity-0" : isDim ? "opacity-40" : ""}`}
    >
      <article className="grid h-full grid-cols-[1.5rem_4.5rem_minmax(0,1fr)] grid-rows-[auto_1fr] gap-x-3 gap-y-1 p-2.5 sm:grid-cols-[1.75rem_5rem_minmax(0,1fr)]">
        <span className="pt-0.5 text-right font-display font-extrabold text-3xl text-glow leading-none tabular-nums">
          <span className="sr-only">Number </span>
          {card.rank}
        </span>
        <Link
          href={`/movies/${card.movie_id}`}
          prefetch={false}
          tabIndex={-1}
          aria-hidden="true"
          className="self-start sm:row-span-2"
        >
          <Poster movie={card} isEager={card.rank <= 8} sizes="5rem" className="w-full rounded-md!" />
        </Link>
        <div className="flex min-w-0 flex-col gap-1">
          <header className="flex items-start gap-2">
            <h2 className="min-w-0 flex-1 text-balance font-bold text-xl leading-tight">
              <Link href={`/movies/${card.movie_id}`} prefetch={false} className="rounded-sm hover:text-glow">
                {card.title}
              </Link>
            </h2>
            <MovementBadge moved={moved} />
            {match !== null && <MatchMeter percent={match} />}
          </header>
          <div className="line-clamp-1">
            <MovieFacts movie={card} />
          </div>
          {/* Side by side, a card has room for the first reason; the sum has all of them. */}
          <div className="xl:[&_li:nth-child(n+2)]:hidden">
            <ReasonList reasons={reasons} limit={2} />
          </div>
        </div>
        <div className="col-span-full flex min-h-8 flex-wrap items-center gap-x-2 self-end pr-14 sm:col-start-3 sm:pr-17">
          <div className="w-42 min-w-42 pointer-coarse:w-50 pointer-coarse:min-w-50 sm:pointer-coarse:w-58">
            <StarRating
              title={card.title}
              value={rated}
              isBusy={rated !== null}
              isOff={onRate === null}
              onRate={(stars) => onRate?.(card, stars)}
            />
          </div>
          {onPass ? (
            <button
              type="button"
              onClick={() => onPass(card)}
              aria-label={`${card.title} is not for me`}
              data-testid="pass"
              className="ml-auto min-h-8 whitespace-nowrap rounded-md px-1 font-semibold text-sm text-soft hover:text-text"
            >
              <span className="hidden @min-[30rem]:inline">Not for me</span>
              <CrossIcon className="mx-1.5 size-5 @min-[30rem]:hidden" />
            </button>
          ) : (
            <span className="h-8 basis-full sm:hidden" />
          )}
        </div>
        {/* Closed, it stands at the end of the row of stars, and only its own words take clicks. */}
        <div className="pointer-events-none col-span-full -mt-9">
          {reasons.length > 0 && <WhyPanel card={card} />}
        </div>
      </article>
    </li>
  );
}
