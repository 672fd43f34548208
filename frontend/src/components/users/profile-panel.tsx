import Link from "next/link";
import { count, day } from "@/lib/format";
import type { UserProfile } from "@/lib/types";
import { AffinityBars } from "./affinity-bars";
import { RecentRatings } from "./recent-ratings";

/** What the system believes of the user. */
export function ProfilePanel({ profile }: { profile: UserProfile | null }) {
  return (
    <aside
      id="profile"
      tabIndex={-1}
      aria-label="Profile"
      data-testid="profile-panel"
      className="scroll-mt-20 outline-none"
    >
      <h2 className="mb-4 font-bold text-2xl tracking-tight">What Marquee knows</h2>
      {profile === null && (
        <p className="text-soft">The profile is unavailable at the moment. The list does not need it.</p>
      )}
      {profile && profile.rating_count === 0 && (
        <p className="text-soft">No ratings yet. Each one you give counts at once.</p>
      )}
      {profile && profile.rating_count > 0 && (
        <div className="grid gap-8 sm:max-lg:grid-cols-2">
          <div className="space-y-7">
            <Numbers profile={profile} />
            <AffinityBars title="Genres you like" items={(profile.top_genres ?? []).slice(0, 6)} />
            <AffinityBars title="People you like" items={(profile.top_people ?? []).slice(0, 5)} />
          </div>
          <div>
            <RecentRatings ratings={profile.recent_ratings.slice(0, 12)} />
            <Link
              href={`/users/${profile.user_id}/ratings`}
              prefetch={false}
              className="mt-4 inline-block rounded-sm font-semibold text-glow text-sm underline-offset-4 hover:underline"
              data-testid="all-ratings"
            >
              All ratings
            </Link>
          </div>
        </div>
      )}
    </aside>
  );
}

function Numbers({ profile }: { profile: UserProfile }) {
  return (
    <dl className="grid grid-cols-2 gap-3">
      <Figure label="Ratings" value={count(profile.rating_count)} testId="rating-count" />
      <Figure label="Average" value={profile.rating_mean?.toFixed(2) ?? "–"} testId="rating-mean" />
      {profile.first_rated_at && (
        <div className="col-span-2 text-soft text-sm">
          <dt className="inline">Rating since </dt>
          <dd className="inline">{day(profile.first_rated_at)}</dd>
        </div>
      )}
    </dl>
  );
}

function Figure({ label, value, testId }: { label: string; value: string; testId: string }) {
  return (
    <div className="flex flex-col-reverse rounded-xl border border-line bg-panel px-4 py-3">
      <dt className="text-soft text-sm">{label}</dt>
      <dd className="font-bold text-2xl tabular-nums" data-testid={testId}>
        {value}
      </dd>
    </div>
  );
}
