"use client";

import Link from "next/link";
import { useCallback, useRef } from "react";
import { Poster } from "@/components/posters/poster";
import { useFlip } from "@/components/users/use-flip";
import { type Picks, progressText } from "@/lib/picks";
import { bestReasons } from "@/lib/scores";
import type { RankedCard } from "@/lib/types";
import { ReasonText } from "../movies/reason-text";
import { KeepList } from "./keep-list";
import { useGuestRanking } from "./use-guest-ranking";

/** As high as the places that are on their way, so that what is below them does not jump. */
const FULL_HEIGHT = "min-h-[51rem]";

/** The list that the picks make, each movie with its first reason, and the way to keep it. */
export function FormingList({ picks }: { picks: Picks }) {
  const list = useRef<HTMLOListElement>(null);
  const rememberPlaces = useFlip(list);
  const beforeChange = useCallback(() => rememberPlaces(), [rememberPlaces]);
  const { items, isPending, trouble } = useGuestRanking(picks, beforeChange);
  return (
    <section id="forming" aria-labelledby="forming-title" aria-busy={isPending} className="scroll-mt-20">
      <h2 id="forming-title" className="mb-3 font-bold text-2xl tracking-tight">
        Your list so far
      </h2>
      {trouble && (
        <p role="alert" className="mb-3 text-minus text-sm" data-testid="guest-trouble">
          {trouble.detail || trouble.title}
        </p>
      )}
      {items.length === 0 && !trouble && (
        <p
          className={`rounded-xl border border-line border-dashed p-5 text-soft ${picks.loved.length > 0 ? FULL_HEIGHT : ""}`}
          data-testid="forming-empty"
        >
          {picks.loved.length === 0 ? `${progressText(0)}, and the first five places appear here.` : "…"}
        </p>
      )}
      <ol ref={list} className="relative space-y-2.5" data-testid="forming-list">
        {items.map((card) => (
          <FormingMovie key={card.movie_id} card={card} />
        ))}
      </ol>
      {picks.loved.length > 0 && <KeepList picks={picks} />}
    </section>
  );
}

function FormingMovie({ card }: { card: RankedCard }) {
  const [reason] = bestReasons(card.reasons ?? [], 1);
  return (
    <li
      data-flip={card.movie_id}
      data-testid="forming-card"
      data-movie-id={card.movie_id}
      className="grid grid-cols-[1.75rem_3rem_minmax(0,1fr)] items-start gap-3 rounded-xl border border-line bg-panel p-2.5"
    >
      <span className="pt-1 text-right font-black text-2xl text-glow leading-none tabular-nums">
        {card.rank}
      </span>
      <Poster movie={card} isThumb className="w-12 rounded-sm!" />
      <div className="min-w-0">
        <h3 className="font-semibold leading-snug">
          <Link href={`/movies/${card.movie_id}`} prefetch={false} className="rounded-sm hover:text-glow">
            {card.title}
          </Link>{" "}
          {card.year && <span className="font-normal text-soft text-sm">{card.year}</span>}
        </h3>
        {reason && (
          <p className="mt-0.5 text-sm leading-snug" data-testid="reason" data-code={reason.code}>
            <ReasonText reason={reason} />
          </p>
        )}
      </div>
    </li>
  );
}
