"use client";

import { useCallback, useEffect, useRef } from "react";
import { useCurrentUser } from "@/components/shell/current-user";
import type { Settings } from "@/lib/settings";
import type { Ranking, UserProfile } from "@/lib/types";
import { ProfilePanel } from "./profile-panel";
import { RankedList } from "./ranked-list";
import { RankingControls } from "./ranking-controls";
import { RungNotice } from "./rung-notice";
import { Toast } from "./toast";
import { useFlip } from "./use-flip";
import { useKeptFocus } from "./use-kept-focus";
import { useRanking } from "./use-ranking";
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
  const { state, change, rate } = useRanking({ userId, ranking, profile, settings }, beforeChange);
  const { setUserId } = useCurrentUser();

  // Whose list is open is who is looking, also when the address was typed.
  useEffect(() => setUserId(userId), [userId, setUserId]);

  return (
    <>
      <UserHeading userId={userId} profile={state.profile} ranking={state.ranking} />
      <div className="grid gap-x-8 gap-y-12 lg:grid-cols-[minmax(0,1fr)_19rem]">
        <section aria-label="Ranked movies" aria-busy={state.isPending} className="min-w-0">
          <RankingControls settings={state.settings} onChange={change} />
          <RungNotice meta={state.ranking.meta} userId={userId} />
          <RankedList ref={list} state={state} onRate={rate} />
        </section>
        <ProfilePanel profile={state.profile} />
      </div>
      <Toast announcement={state.announcement} trouble={state.trouble} />
    </>
  );
}
