"use client";

import { SearchBox } from "@/components/search/search-box";
import { ENOUGH, pickOf, progressText } from "@/lib/picks";
import type { Card } from "@/lib/types";
import { FormingList } from "./forming-list";
import { PickTile } from "./pick-tile";
import { SharePicks } from "./share-picks";
import { usePicks } from "./use-picks";

/** The wall of posters, the search for what is not on it, and the list that the picks make. */
export function StartScreen({ wall, shared }: { wall: readonly Card[]; shared: readonly Card[] }) {
  const { picks, pick } = usePicks(shared);
  const onWall = new Set(wall.map((card) => card.movie_id));
  const added = [...picks.loved].reverse().filter((card) => !onWall.has(card.movie_id));
  return (
    <div className="grid gap-x-10 gap-y-8 lg:grid-cols-[minmax(0,1fr)_22rem]">
      <section aria-label="Movies to pick from" className="min-w-0">
        <div className="mb-5 max-w-xl">
          <SearchBox label="Search a movie to add" onPick={(hit) => pick(hit, "love")} />
        </div>
        <ul
          className="grid grid-cols-3 gap-3 sm:grid-cols-4 md:grid-cols-5 xl:grid-cols-6"
          data-testid="wall"
        >
          {[...added, ...wall].map((card, index) => (
            <PickTile
              key={card.movie_id}
              card={card}
              picked={pickOf(picks, card.movie_id)}
              onPick={pick}
              isEager={index < 12}
            />
          ))}
        </ul>
      </section>
      <div className="min-w-0">
        <div className="lg:sticky lg:top-20">
          <Progress count={picks.loved.length} />
          <FormingList picks={picks} />
          {picks.loved.length > 0 && <SharePicks picks={picks} />}
        </div>
      </div>
      <a
        href="#forming"
        className="button sticky bottom-3 z-30 mx-auto shadow-2xl lg:hidden"
        data-testid="to-forming"
      >
        {progressText(picks.loved.length)}
        {picks.loved.length > 0 && " · see your list"}
      </a>
    </div>
  );
}

function Progress({ count }: { count: number }) {
  return (
    <div className="mb-5 flex items-center gap-3" data-testid="progress">
      <div className="flex gap-1.5" aria-hidden="true">
        {Array.from({ length: ENOUGH }, (_, at) => at + 1).map((place) => (
          <span
            key={place}
            className={`size-3 rounded-full border border-bulb forced-colors:border-[CanvasText] ${place <= count ? "bg-bulb forced-colors:bg-[CanvasText]" : ""}`}
          />
        ))}
      </div>
      <p role="status" className="font-semibold">
        {progressText(count)}
      </p>
    </div>
  );
}
