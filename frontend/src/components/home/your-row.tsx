import { cookies } from "next/headers";
import Link from "next/link";
import { MovieRow } from "@/components/movies/movie-row";
import { rank } from "@/lib/api";
import { USER_COOKIE } from "@/lib/current-user";
import { idFrom } from "@/lib/ids";
import { bestReasons } from "@/lib/scores";

/** A returning user's first few movies. Silent when there is no user, no history or no answer. */
export async function YourRow() {
  const userId = idFrom((await cookies()).get(USER_COOKIE)?.value);
  if (userId === null) return null;
  const outcome = await rank({ user_id: userId, k: 12 });
  if (!outcome.ok || outcome.data.meta.rung === "cold" || outcome.data.items.length === 0) return null;
  return (
    <section aria-labelledby="yours" className="mt-12" data-testid="your-row">
      <div className="mb-5 flex flex-wrap items-baseline justify-between gap-x-4">
        <h2 id="yours" className="font-bold text-3xl tracking-tight">
          For user {userId}
        </h2>
        <Link
          prefetch={false}
          href={`/users/${userId}`}
          className="rounded-sm font-semibold text-glow underline-offset-4 hover:underline"
        >
          The whole list
        </Link>
      </div>
      <MovieRow movies={outcome.data.items} noteOf={(movie) => bestReasons(movie.reasons, 1)[0]?.text} />
    </section>
  );
}
