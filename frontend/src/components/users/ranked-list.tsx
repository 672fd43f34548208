"use client";

import type { Ref } from "react";
import { Empty } from "@/components/ui/empty";
import { hasModelScores } from "@/lib/rungs";
import { matchPercent, topScore } from "@/lib/scores";
import type { RankedCard } from "@/lib/types";
import { PosterWall } from "./poster-wall";
import { RankedMovie } from "./ranked-movie";
import type { RankingState } from "./ranking-state";

interface Props {
  ref: Ref<HTMLOListElement>;
  state: RankingState;
  onRate: ((card: RankedCard, stars: number) => void) | null;
  onPass: ((card: RankedCard) => void) | null;
  /** The movies to point out; null for none. */
  lit: ReadonlySet<number> | null;
}

const RANKED_GRID = "relative grid gap-2.5 xl:grid-flow-dense xl:grid-cols-2 min-[112rem]:grid-cols-3";

export function RankedList({ ref, state, onRate, onPass, lit }: Props) {
  const { items, meta } = state.ranking;
  if (items.length === 0) {
    return (
      <Empty title="No movie fits" testId="no-results">
        Nothing that passes all filters is left to show. Take one away, or widen the years.
      </Empty>
    );
  }
  const top = topScore(items);
  const hasScores = hasModelScores(meta);
  if (state.settings.view === "posters") {
    return (
      <PosterWall ref={ref} items={items} isPending={state.isPending} lit={lit} leaving={state.leaving} />
    );
  }
  return (
    <ol
      ref={ref}
      className={`${RANKED_GRID} ${state.isPending ? "opacity-80" : ""} transition-opacity`}
      data-testid="ranked-list"
    >
      {items.map((card) => (
        <RankedMovie
          key={card.movie_id}
          card={card}
          match={hasScores ? matchPercent(card.score, top) : null}
          moved={state.moved.get(card.movie_id)}
          rated={state.rated.get(card.movie_id) ?? null}
          isLeaving={state.leaving.has(card.movie_id)}
          onRate={onRate}
          onPass={onPass}
          isDim={lit !== null && !lit.has(card.movie_id)}
        />
      ))}
    </ol>
  );
}
