"use client";

import Link from "next/link";
import { useState } from "react";
import { StarRating } from "@/components/movies/star-rating";
import { Poster } from "@/components/posters/poster";
import { useCurrentUser } from "@/components/shell/current-user";
import { removeRating, sendRating } from "@/lib/browser";
import { day, stars as inStars } from "@/lib/format";
import type { RatedMovie } from "@/lib/types";

/** One rating: to look at for others, to change and to take back for the user whose it is. */
export function RatingRow({ userId, rated }: { userId: number; rated: RatedMovie }) {
  const isOwn = useCurrentUser().userId === userId;
  const [stars, setStars] = useState<number | null>(rated.rating);
  const [isSending, setSending] = useState(false);
  const [message, setMessage] = useState("");

  async function change(next: number | null) {
    const before = stars;
    setStars(next);
    setSending(true);
    const sent =
      next === null
        ? await removeRating(userId, rated.movie_id)
        : await sendRating(userId, rated.movie_id, next);
    setSending(false);
    if (!sent.ok) setStars(before);
    const said = next === null ? "Removed." : `Rated ${inStars(next)}.`;
    setMessage(sent.ok ? said : `Not changed: ${sent.trouble.detail || sent.trouble.title}`);
  }

  return (
    <li
      data-testid="rating"
      data-movie-id={rated.movie_id}
      data-stars={stars ?? "none"}
      className={`drawn-near grid [--about:4rem] grid-cols-[2.5rem_minmax(0,1fr)_auto] items-center gap-x-4 gap-y-1 border-line border-b py-3 sm:grid-cols-[2.5rem_minmax(0,1fr)_11rem_5.5rem] ${stars === null ? "opacity-60" : ""}`}
    >
      <Poster movie={rated} isThumb className="w-10 rounded-sm!" />
      <div className="min-w-0 max-sm:col-span-2">
        <Link
          href={`/movies/${rated.movie_id}`}
          prefetch={false}
          className="rounded-sm font-semibold leading-snug hover:text-glow"
        >
          {rated.title}
        </Link>
        <p className="text-soft text-sm">
          {[rated.year, day(rated.rated_at)].filter(Boolean).join(" · ")}
          <span role="status" className="ml-2 text-text">
            {message}
          </span>
        </p>
      </div>
      <div className="max-sm:col-start-2">
        <StarRating title={rated.title} value={stars} isBusy={isSending} isOff={!isOwn} onRate={change} />
      </div>
      {isOwn && (
        <button
          type="button"
          onClick={() => change(stars === null ? rated.rating : null)}
          disabled={isSending}
          aria-label={
            stars === null ? `Put the rating of ${rated.title} back` : `Remove the rating of ${rated.title}`
          }
          data-testid="remove-rating"
          className="button-quiet justify-center"
        >
          {stars === null ? "Undo" : "Remove"}
        </button>
      )}
    </li>
  );
}
