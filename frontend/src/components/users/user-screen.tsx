"use client";

import { useCallback, useRef, useState } from "react";
import { useCurrentUser } from "@/components/shell/current-user";
import { knowsNobody } from "@/lib/rungs";
import type { Settings } from "@/lib/settings";
import type { Ranking, UserProfile } from "@/lib/types";
import { WhyNot } from "../explain/why-not";
import { NeedsScript } from "../ui/needs-script";
import { BecomeUser } from "./become-user";
import { Carriers } from "./carriers";
import { ListChips } from "./list-chips";
import { ProfilePanel } from "./profile-panel";
import { RankedList } from "./ranked-list";
import { RankingControls } from "./ranking-controls";
import { RungNotice } from "./rung-notice";
import { Stages } from "./stages";
import { Toast } from "./toast";
import { useFlip } from "./use-flip";
import { useKeptFocus } from "./use-kept-focus";
import { useRanking } from "./use-ranking";
import { useSurprise } from "./use-surprise";
import { UserHeading } from "./user-heading";

interface Props {
  userId: number;
  ranking: Ranking;
  profile: UserProfile | null;
  settings: Settings;
}

/** A user's page: the list, what it rests on, and the means to change it. */
export function UserScreen({ userId, ranking, profile, settings }: Props) {
  const list = useRef<HTMLOListElement>(null);
  const rememberPlaces = useFlip(list);
  const rememberFocus = useKeptFocus(list);
  const beforeChange = useCallback(() => {
    rememberPlaces();
    rememberFocus();
  }, [rememberPlaces, rememberFocus]);
  const { state, change, rate, pass, suppose, resetWhatIf } = useRanking(
    { userId, ranking, profile, settings },
    beforeChange,
  );
  // Whose list is open and who is looking are two things: an address must not make anybody someone else.
  const isOwn = useCurrentUser().userId === userId;
  const [lit, setLit] = useState<ReadonlySet<number> | null>(null);
  const { surprised, said, surprise } = useSurprise(list, state.ranking.items);
  const heading = useRef<HTMLHeadingElement>(null);
  // No ratings, read while they cannot be read, is no profile.
  const isUnread = state.profile?.rating_count === 0 && knowsNobody(state.ranking.meta.degraded ?? []);
  const profileShown = isUnread ? null : state.profile;

  return (
    <>
      <div className="gap-x-10 xl:flex xl:items-end xl:justify-between">
        <UserHeading ref={heading} userId={userId} profile={profileShown} />
        <RankingControls settings={state.settings} onChange={change} />
      </div>
      {!isOwn && <BecomeUser userId={userId} onBecome={() => heading.current?.focus()} />}
      <div className="grid gap-x-8 gap-y-12 lg:grid-cols-[minmax(0,1fr)_17rem]">
        <section aria-label="Ranked movies" aria-busy={state.isPending} className="min-w-0">
          <RungNotice meta={state.ranking.meta} userId={userId} />
          {isOwn && <NeedsScript what="Rating" />}
          <Stages meta={state.ranking.meta} receipt={state.receipt} />
          <div className="xl:flex xl:items-center xl:gap-x-5">
            <ListChips
              settings={state.settings}
              onChange={(part) => change({ ...state.settings, ...part })}
              onSurprise={surprise}
            />
            <Carriers
              items={state.ranking.items}
              whatIf={state.whatIf}
              onSuppose={suppose}
              onReset={resetWhatIf}
              onPoint={setLit}
            />
          </div>
          <RankedList
            ref={list}
            state={state}
            onRate={isOwn ? rate : null}
            onPass={isOwn ? pass : null}
            lit={surprised === null ? lit : new Set([surprised])}
          />
        </section>
        <div className="min-w-0 space-y-9 lg:pt-1">
          <WhyNot userId={userId} settings={state.settings} whatIf={state.whatIf} />
          <ProfilePanel profile={profileShown} />
        </div>
      </div>
      <p role="status" className="sr-only" data-testid="surprise-said">
        {said}
      </p>
      <Toast announcement={state.announcement} trouble={state.trouble} undo={state.undo} />
    </>
  );
}
