"use client";

import Link from "next/link";
import { useEffect, useState } from "react";
import { useCurrentUser } from "@/components/shell/current-user";
import { NeedsScript } from "@/components/ui/needs-script";
import { UserForm } from "@/components/users/user-form";
import { fetchOwnRating, isAbort, removeRating, sendRating } from "@/lib/browser";
import { stars as inStars } from "@/lib/format";
import { givenBy } from "@/lib/given";
import type { OwnRating } from "@/lib/outcome";
import { StarRating } from "./star-rating";

interface Props {
  movieId: number;
  title: string;
  /** What the server knew of the user in the cookie. */
  own: OwnRating | null;
}

/** Stars for the current user, or a way to become one. */
export function RateMovie({ movieId, title, own }: Props) {
  const { userId } = useCurrentUser();
  return (
    <section
      aria-label="Your rating"
      className="mb-7 max-w-md rounded-2xl border border-line bg-panel p-4 sm:p-5"
    >
      {userId === null ? (
        <UserForm label="To rate it, enter a user id" />
      ) : (
        <UserStars key={userId} userId={userId} movieId={movieId} title={title} own={own} />
      )}
    </section>
  );
}

function UserStars({ userId, movieId, title, own }: Props & { userId: number }) {
  const [{ stars: value, isKnown }, know] = useOwnRating(userId, movieId, own);
  const [isSending, setSending] = useState(false);
  const [message, setMessage] = useState("");

  async function change(stars: number | null) {
    know({ userId, stars, isKnown: true });
    setSending(true);
    const sent =
      stars === null ? await removeRating(userId, movieId) : await sendRating(userId, movieId, stars);
    setSending(false);
    if (!sent.ok) know({ userId, stars: value, isKnown });
    const said = stars === null ? "Your rating is removed." : `You rated ${title} ${inStars(stars)}.`;
    setMessage(sent.ok ? said : `Not changed: ${sent.trouble.detail || sent.trouble.title}`);
  }

  return (
    <>
      <h2 className="mb-2 font-sans font-semibold text-sm" data-testid="rating-owner">
        {value === null ? `Rate it as user ${userId}` : `Rated by user ${userId}`}
      </h2>
      {!isKnown && (
        <p className="mb-2 text-soft text-sm">Whether user {userId} has rated it is unknown at the moment.</p>
      )}
      <NeedsScript what="Rating" />
      <StarRating title={title} value={value} isBusy={isSending} onRate={change} />
      {value !== null && isKnown && (
        <button
          type="button"
          onClick={() => change(null)}
          disabled={isSending}
          data-testid="remove-rating"
          className="mt-1 rounded-sm text-sm text-soft underline underline-offset-4 hover:text-text"
        >
          Remove my rating
        </button>
      )}
      <p
        role="status"
        aria-live="polite"
        data-testid="announcement"
        className={message ? "mt-2 text-sm" : "sr-only"}
      >
        {message}
      </p>
      {message && (
        <Link
          href={`/users/${userId}`}
          prefetch={false}
          className="mt-1 inline-block rounded-sm font-semibold text-glow text-sm underline-offset-4 hover:underline"
        >
          See your list
        </Link>
      )}
    </>
  );
}

/** What was rated in this tab counts first, then what the server answered for this very user; else it is asked. */
function useOwnRating(userId: number, movieId: number, own: OwnRating | null) {
  const [rating, know] = useState<OwnRating>(() => {
    const given = givenBy(userId).ratings.get(movieId);
    if (given !== undefined) return { userId, stars: given, isKnown: true };
    return own?.userId === userId ? own : { userId, stars: null, isKnown: true };
  });
  const isAsked = own?.userId !== userId && rating.stars === null;

  useEffect(() => {
    if (!isAsked) return;
    const stale = new AbortController();
    fetchOwnRating(userId, movieId, stale.signal).then(
      (answer) => {
        if (!stale.signal.aborted) know(answer);
      },
      (error) => {
        if (!isAbort(error)) throw error;
      },
    );
    return () => stale.abort();
  }, [isAsked, userId, movieId]);

  return [rating, know] as const;
}
