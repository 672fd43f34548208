import Link from "next/link";
import { MovieFacts } from "@/components/movies/movie-facts";
import { ReasonText } from "@/components/movies/reason-text";
import { Poster } from "@/components/posters/poster";
import { bestReasons } from "@/lib/scores";
import type { Member, RankedCard } from "@/lib/types";

/** One place of a shared list: how strongly each person wants it, and why. */
export function TogetherMovie({ card }: { card: RankedCard }) {
  return (
    <li
      data-testid="together-card"
      data-movie-id={card.movie_id}
      className="drawn-near grid grid-cols-[1.5rem_4.5rem_minmax(0,1fr)] gap-x-3 rounded-xl border border-line bg-panel p-3 sm:grid-cols-[2rem_5rem_minmax(0,1fr)]"
    >
      <span className="pt-0.5 text-right font-display font-extrabold text-3xl text-glow leading-none tabular-nums">
        <span className="sr-only">Number </span>
        {card.rank}
      </span>
      <Poster movie={card} isEager={card.rank <= 8} sizes="5rem" className="w-full self-start rounded-md!" />
      <div className="min-w-0">
        <h2 className="text-balance font-bold text-xl leading-tight">
          <Link href={`/movies/${card.movie_id}`} prefetch={false} className="rounded-sm hover:text-glow">
            {card.title}
          </Link>
        </h2>
        <MovieFacts movie={card} />
        <ul className="mt-2 space-y-2" aria-label="What each makes of it">
          {card.people.map((member) => (
            <MemberPart key={member.user_id} member={member} />
          ))}
        </ul>
      </div>
    </li>
  );
}

function MemberPart({ member }: { member: Member }) {
  const percent = Math.round(100 * member.strength);
  const [reason] = bestReasons(member.reasons, 1);
  return (
    <li
      data-testid="member"
      data-user-id={member.user_id}
      data-strength={percent}
      className="text-sm leading-snug"
    >
      <p className="flex items-center gap-2">
        <span className="min-w-0 truncate font-semibold">User {member.user_id}</span>
        <span className="bar h-1.5 min-w-8 flex-1 overflow-hidden rounded-full bg-line" aria-hidden="true">
          <span className="bar-fill block h-full rounded-full bg-glow" style={{ width: `${percent}%` }} />
        </span>
        <span
          className="shrink-0 tabular-nums"
          title="of 100 movies considered, so many are not put before it"
        >
          {percent}
          <span className="sr-only"> of 100</span>
        </span>
      </p>
      {reason && (
        <p data-testid="reason" data-code={reason.code}>
          <ReasonText reason={reason} />
        </p>
      )}
    </li>
  );
}
