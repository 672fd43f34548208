"use client";

import Link from "next/link";
import { useState } from "react";
import { SearchBox } from "@/components/search/search-box";
import { NeedsScript } from "@/components/ui/needs-script";
import { explainRequest, type Settings } from "@/lib/settings";
import type { Card } from "@/lib/types";
import { overridesOf, type WhatIf } from "@/lib/what-if";
import { Answer } from "./answer";

interface Props {
  userId: number;
  /** The list that is asked about. */
  settings: Settings;
  whatIf: WhatIf;
}

/** Asks about any title why it is not in this list, or where it is. */
export function WhyNot({ userId, settings, whatIf }: Props) {
  const [movie, choose] = useState<Card | null>(null);
  return (
    <section id="why-not" aria-labelledby="why-not-title" className="scroll-mt-20" data-testid="why-not">
      <h2 id="why-not-title" className="mb-3 font-bold text-2xl tracking-tight">
        Why not …?
      </h2>
      <NeedsScript what="Asking about a movie" />
      <SearchBox label="Why not this movie?" onPick={choose} testId="why-not-input" />
      {movie && (
        <div className="mt-3 rounded-xl border border-line bg-panel p-4">
          <p className="mb-2 flex items-start gap-2 font-semibold leading-snug">
            <Link
              href={`/movies/${movie.movie_id}`}
              prefetch={false}
              className="min-w-0 flex-1 rounded-sm hover:text-glow"
            >
              {movie.title}{" "}
              {movie.year && <span className="font-normal text-soft text-sm">{movie.year}</span>}
            </Link>
            <button
              type="button"
              onClick={() => choose(null)}
              className="-my-1 min-h-8 rounded-md px-1 font-semibold text-soft text-sm hover:text-text"
            >
              Close
            </button>
          </p>
          {settings.diversity > 0 && (
            <p className="mb-2 text-soft text-sm">Its place by scores alone, without the list's variety:</p>
          )}
          <Answer
            key={movie.movie_id}
            question={{
              ...explainRequest(userId, settings, movie.movie_id),
              overrides: overridesOf(whatIf),
            }}
          />
        </div>
      )}
    </section>
  );
}
