import Link from "next/link";
import { MovieFacts } from "@/components/movies/movie-facts";
import { ReasonList } from "@/components/movies/reason-list";
import { Poster } from "@/components/posters/poster";
import { rank } from "@/lib/api";
import { popularOnce } from "@/lib/popular-once";
import { STARS, sampleRatings, tellingCards } from "@/lib/sample";
import type { Card, RankedCard } from "@/lib/types";

export interface Sample {
  loved: readonly Card[];
  cards: readonly RankedCard[];
}

const CARDS = 2;

/** Real places in a real list, of a guest who loves the best known movies; null if nobody can rank one now. */
export async function sampleOnce(): Promise<Sample | null> {
  const popular = await popularOnce();
  if (!popular.ok || popular.data.meta.rung !== "cold") return null;
  const ratings = sampleRatings(popular.data.items);
  if (ratings.length === 0) return null;
  const ranking = await rank({ ratings, k: 10 });
  if (!ranking.ok || ranking.data.meta.rung !== "personal") return null;
  const cards = tellingCards(ranking.data.items, ratings, CARDS);
  return cards.length > 0 ? { loved: popular.data.items.slice(0, ratings.length), cards } : null;
}

/** What the front page promises, done: three movies that somebody loves, and places in the list that follows. */
export function SampleCard({ sample: { loved, cards } }: { sample: Sample }) {
  return (
    <section
      aria-labelledby="sample"
      data-testid="sample"
      className="rounded-2xl border border-line bg-panel p-4 sm:p-6"
    >
      <h2 id="sample" className="font-bold text-xl leading-tight">
        Give {STARS} stars to these, and your list has
      </h2>
      <ul className="mt-3 flex flex-wrap gap-x-4 gap-y-2">
        {loved.map((movie) => (
          <li
            key={movie.movie_id}
            data-testid="sample-loved"
            data-movie-id={movie.movie_id}
            className="flex max-w-56 items-center gap-2"
          >
            <Poster movie={movie} isThumb className="w-9 shrink-0 rounded-sm!" />
            <Link
              href={`/movies/${movie.movie_id}`}
              prefetch={false}
              className="rounded-sm text-sm leading-tight hover:text-glow"
            >
              {movie.title}
            </Link>
          </li>
        ))}
      </ul>
      {cards.map((card) => (
        <Place key={card.movie_id} card={card} />
      ))}
      <Link
        href="/start"
        prefetch={false}
        className="mt-4 inline-block rounded-sm font-semibold text-glow underline-offset-4 hover:underline"
      >
        Now with yours
      </Link>
    </section>
  );
}

function Place({ card }: { card: RankedCard }) {
  return (
    <article
      data-testid="sample-card"
      data-movie-id={card.movie_id}
      data-rank={card.rank}
      className="mt-4 grid grid-cols-[1.5rem_4.5rem_minmax(0,1fr)] gap-x-3 border-line border-t pt-4 sm:grid-cols-[1.75rem_5.5rem_minmax(0,1fr)]"
    >
      <span className="pt-0.5 text-right font-display font-extrabold text-3xl text-glow leading-none tabular-nums">
        <span className="sr-only">Number </span>
        {card.rank}
      </span>
      <Poster movie={card} isEager sizes="5.5rem" className="w-full self-start rounded-md!" />
      <div className="min-w-0">
        <h3 className="text-balance font-bold font-display text-2xl leading-tight">
          <Link href={`/movies/${card.movie_id}`} prefetch={false} className="rounded-sm hover:text-glow">
            {card.title}
          </Link>
        </h3>
        <MovieFacts movie={card} />
        <div className="mt-2">
          <ReasonList reasons={card.reasons ?? []} limit={2} />
        </div>
      </div>
    </article>
  );
}
