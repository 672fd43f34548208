"use client";

import Link from "next/link";
import { useState } from "react";
import { useCurrentUser } from "@/components/shell/current-user";
import { UserForm } from "@/components/users/user-form";
import { sendRating } from "@/lib/browser";
import { stars as inStars } from "@/lib/format";
import { StarRating } from "./star-rating";

interface Props {
  movieId: number;
  title: string;
  rating: number | null;
}

/** Stars for the current user, or a way to become one. */
export function RateMovie({ movieId, title, rating }: Props) {
  const { userId } = useCurrentUser();
  return (
    <section
      aria-label="Your rating"
      className="mb-7 max-w-md rounded-2xl border border-line bg-panel p-4 sm:p-5"
    >
      {userId === null ? (
        <UserForm label="To rate it, enter a user id" />
      ) : (
        <UserStars key={userId} userId={userId} movieId={movieId} title={title} rating={rating} />
      )}
    </section>
  );
}

function UserStars({ userId, movieId, title, rating }: Props & { userId: number }) {
  const [value, setValue] = useState(rating);
  const [isSending, setSending] = useState(false);
  const [message, setMessage] = useState("");

  async function rate(stars: number) {
    const old = value;
    setValue(stars);
    setSending(true);
    const sent = await sendRating(userId, movieId, stars);
    setSending(false);
    if (!sent.ok) setValue(old);
    setMessage(
      sent.ok
        ? `You rated ${title} ${inStars(stars)}.`
        : `Not rated: ${sent.trouble.detail || sent.trouble.title}`,
    );
  }

  return (
    <>
      <h2 className="mb-2 font-semibold text-sm">
        {value === null ? `Rate it as user ${userId}` : `Rated by user ${userId}`}
      </h2>
      <StarRating title={title} value={value} isBusy={isSending} onRate={rate} />
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
