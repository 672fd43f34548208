import type { Ref } from "react";
import { counted } from "@/lib/format";
import type { UserProfile } from "@/lib/types";

/** Whose list this is, in one line of facts. */
export function UserHeading({
  ref,
  userId,
  profile,
}: {
  ref: Ref<HTMLHeadingElement>;
  userId: number;
  profile: UserProfile | null;
}) {
  const facts = [
    profile && counted(profile.rating_count, "rating"),
    profile?.rating_mean != null && `${profile.rating_mean.toFixed(1)} stars on average`,
  ].filter(Boolean);
  return (
    <header className="pt-4 pb-3">
      <h1
        ref={ref}
        tabIndex={-1}
        className="w-fit rounded-md font-extrabold text-4xl tracking-tight sm:text-5xl"
      >
        For user {userId}
      </h1>
      <p className="mt-1 text-soft">
        <span data-testid="user-facts">{facts.join(" · ")}</span>
        <a
          href="#profile"
          className="ml-3 font-semibold text-glow underline-offset-4 hover:underline lg:hidden"
        >
          Profile
        </a>
        <a
          href="#why-not"
          className="ml-3 font-semibold text-glow underline-offset-4 hover:underline lg:hidden"
        >
          Why not …?
        </a>
      </p>
    </header>
  );
}
