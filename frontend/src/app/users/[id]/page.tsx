import type { Metadata } from "next";
import { TroublePanel } from "@/components/ui/trouble-panel";
import { UserScreen } from "@/components/users/user-screen";
import { profileOf, rank } from "@/lib/api";
import { idFrom } from "@/lib/ids";
import { type Params, rankRequest, settingsFrom } from "@/lib/settings";

interface Props {
  params: Promise<{ id: string }>;
  searchParams: Promise<Params>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `For user ${(await params).id}` };
}

export default async function UserPage({ params, searchParams }: Props) {
  const userId = idFrom((await params).id) ?? 0;
  const settings = settingsFrom(await searchParams);
  const [ranking, profile] = await Promise.all([rank(rankRequest(userId, settings)), profileOf(userId)]);
  if (!ranking.ok) return <TroublePanel trouble={ranking.trouble} what={`The list for user ${userId}`} />;
  return (
    <UserScreen
      key={ranking.data.ranking_id}
      userId={userId}
      ranking={ranking.data}
      profile={profile.ok ? profile.data : null}
      settings={settings}
    />
  );
}
