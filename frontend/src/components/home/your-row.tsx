import { cookies } from "next/headers";
import Link from "next/link";
import { MovieRow } from "@/components/movies/movie-row";
import { rank } from "@/lib/api";
import { USER_COOKIE } from "@/lib/current-user";
import { idFrom } from "@/lib/ids";
import type { RankedCard } from "@/lib/types";

export interface OwnRow {
  userId: number;
  movies: readonly RankedCard[];
}

/** A returning user's first few movies; null when there is no user, no history or no answer. */
export async function ownRow(): Promise<OwnRow | null> {
  const userId = idFrom((await cookies()).get(USER_COOKIE)?.value);
  if (userId === null) return null;
  const outcome = await rank({ user_id: userId, k: 12 });
  if (!outcome.ok || outcome.data.meta.rung === "cold" || outcome.data.items.length === 0) return null;
  return { userId, movies: outcome.data.items };
}

/** It stands first on the page, and so has the page's heading. */
export function YourRow({ row: { userId, movies } }: { row: OwnRow }) {
  return (
    <section aria-labelledby="yours" className="pt-8" data-testid="your-row">
      <div className="mb-5 flex flex-wrap items-baseline justify-between gap-x-4">
        <h1 id="yours" className="font-extrabold text-4xl tracking-tight">
          For user {userId}
        </h1>
        <Link
          prefetch={false}
          href={`/users/${userId}`}
          className="rounded-sm font-semibold text-glow underline-offset-4 hover:underline"
        >
          The whole list
        </Link>
      </div>
      <MovieRow movies={movies} headingLevel={2} />
    </section>
  );
}
