"use client";

import { useCallback, useState } from "react";
import { srcSetOf } from "@/lib/poster-image";
import type { Card } from "@/lib/types";
import { DrawnPoster } from "./drawn-poster";

interface Props {
  movie: Pick<Card, "title" | "year" | "poster_url"> & { genres?: readonly string[] };
  className?: string;
  isThumb?: boolean;
  /** Near the top of the page: fetched at once. */
  isEager?: boolean;
  /** How wide it is shown, as CSS says it: the browser fetches no larger picture than that needs. */
  sizes?: string;
}

/** The real poster, faded in over its colours and title; the drawn one where there is none, or it fails. */
export function Poster({
  movie,
  className = "",
  isThumb = false,
  isEager = false,
  sizes = isThumb ? "5rem" : "12rem",
}: Props) {
  const [state, setState] = useState<"waiting" | "loaded" | "failed">("waiting");
  const picture = state === "failed" ? null : (movie.poster_url ?? null);
  const isYearKnown = movie.year != null;
  // The picture may have loaded or failed before this code ran.
  const settle = useCallback((image: HTMLImageElement | null) => {
    if (image?.complete) setState(image.naturalWidth > 0 ? "loaded" : "failed");
  }, []);
  return (
    <div
      className={`poster ${className}`}
      role="img"
      aria-label={`Poster of ${movie.title}${isYearKnown ? ` (${movie.year})` : ""}`}
      data-poster={movie.poster_url ? state : "drawn"}
    >
      <DrawnPoster
        title={movie.title}
        year={movie.year ?? null}
        genres={movie.genres ?? []}
        isThumb={isThumb}
        isPlain={picture !== null}
      />
      {picture && (
        <img
          ref={settle}
          src={picture}
          srcSet={srcSetOf(picture)}
          sizes={sizes}
          alt=""
          width={342}
          height={513}
          loading={isEager ? "eager" : "lazy"}
          decoding="async"
          className={`poster-image ${state === "loaded" ? "opacity-100" : "opacity-0"}`}
          onLoad={() => setState("loaded")}
          onError={() => setState("failed")}
        />
      )}
    </div>
  );
}
