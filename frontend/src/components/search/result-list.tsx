"use client";

import { type MouseEvent, useState } from "react";
import { MovieTile } from "@/components/movies/movie-tile";
import { TileGrid } from "@/components/movies/tile-grid";
import { searchTitles } from "@/lib/browser";
import { counted } from "@/lib/format";
import type { SearchPage } from "@/lib/types";

/** Found movies; the next page is added below. Without script the link opens it by itself. */
export function ResultList({ first, query }: { first: SearchPage; query: string }) {
  const [items, setItems] = useState(first.items);
  const [token, setToken] = useState(first.next_page_token ?? null);
  const [status, setStatus] = useState<"idle" | "loading" | "failed">("idle");
  const next = new URLSearchParams(query);
  if (token) next.set("page_token", token);

  async function more(event: MouseEvent) {
    event.preventDefault();
    if (status === "loading") return;
    setStatus("loading");
    const outcome = await searchTitles(next);
    setStatus(outcome.ok ? "idle" : "failed");
    if (!outcome.ok) return;
    setItems((old) => [...old, ...outcome.data.items]);
    setToken(outcome.data.next_page_token ?? null);
  }

  return (
    <>
      <TileGrid testId="search-results">
        {items.map((hit, index) => (
          <MovieTile
            key={hit.movie_id}
            movie={hit}
            note={[hit.person, counted(hit.ratings, "rating")].filter(Boolean).join(" · ")}
            isEager={index < 6}
            headingLevel={2}
          />
        ))}
      </TileGrid>
      <p role="status" className="sr-only">
        {counted(items.length, "movie")} shown
      </p>
      {token && (
        <div className="mt-10 text-center">
          <a
            href={`/search?${next}`}
            onClick={more}
            className="button-quiet min-h-11! px-6!"
            data-testid="more-results"
          >
            {status === "loading" ? "Loading…" : "Show more"}
          </a>
          {status === "failed" && (
            <p className="mt-2 text-minus text-sm">The next page could not be loaded. Try again.</p>
          )}
        </div>
      )}
    </>
  );
}
