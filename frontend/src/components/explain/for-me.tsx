"use client";

import Link from "next/link";
import { useCurrentUser } from "@/components/shell/current-user";
import { NeedsScript } from "@/components/ui/needs-script";
import { DEFAULT_SETTINGS } from "@/lib/settings";
import { Answer } from "./answer";

/** What this movie is to the person who looks at it. */
export function ForMe({ movieId }: { movieId: number }) {
  const { userId } = useCurrentUser();
  return (
    <section
      aria-labelledby="for-me"
      data-testid="for-me"
      className="min-w-0 rounded-2xl border border-line bg-panel p-4 sm:p-5"
    >
      <h2 id="for-me" className="mb-2 font-bold text-2xl">
        {userId === null ? "For you" : `For user ${userId}`}
      </h2>
      {userId === null ? (
        <p className="text-soft">
          Where it stands for you, and why, nobody knows yet.{" "}
          <Link
            href="/start"
            prefetch={false}
            className="rounded-sm font-semibold text-glow underline-offset-4 hover:underline"
          >
            Pick five
          </Link>{" "}
          movies you love to find out.
        </p>
      ) : (
        <>
          <NeedsScript what="The place of a movie in your list" />
          <Answer
            key={`${userId}/${movieId}`}
            question={{ user_id: userId, k: DEFAULT_SETTINGS.k, movie_ids: [movieId] }}
          />
        </>
      )}
    </section>
  );
}
