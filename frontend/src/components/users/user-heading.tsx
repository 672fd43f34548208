import type { Ref } from "react";
import { counted } from "@/lib/format";
import type { Ranking, UserProfile } from "@/lib/types";

/** Whose list this is, in one line of facts. */
export function UserHeading({
  ref,
  userId,
  profile,
  ranking,
}: {
  ref: Ref<HTMLHeadingElement>;
  userId: number;
  profile: UserProfile | null;
  ranking: Ranking;
}) {
  const facts = [
    profile && counted(profile.rating_count, "rating"),
    profile?.rating_mean != null && `${profile.rating_mean.toFixed(1)} stars on average`,
    ranking.model_version && `model ${ranking.model_version}`,
  ].filter(Boolean);
  return (
    <header className="pt-8 pb-6 sm:pt-12">
      <h1
        ref={ref}
        tabIndex={-1}
        className="w-fit rounded-md font-extrabold text-4xl tracking-tight sm:text-5xl"
      >
        For user {userId}
      </h1>
      <p className="mt-2 text-soft">
        <span data-testid="user-facts">{facts.join(" · ")}</span>
        <a
          href="#profile"
          className="ml-3 font-semibold text-glow underline-offset-4 hover:underline lg:hidden"
        >
          Profile
        </a>
      </p>
    </header>
  );
}
