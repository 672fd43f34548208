import type { Metadata } from "next";
import { StartScreen } from "@/components/start/start-screen";
import { Empty } from "@/components/ui/empty";
import { NeedsScript } from "@/components/ui/needs-script";
import { TroublePanel } from "@/components/ui/trouble-panel";
import { movie, rank } from "@/lib/api";
import { VISITOR_ID } from "@/lib/ids";
import { sharedIds } from "@/lib/picks";
import { type Params, single } from "@/lib/settings";

export const metadata: Metadata = { title: "Pick five you love" };

/** Well known and of many kinds, so that everybody finds something. */
const WALL = { user_id: VISITOR_ID, k: 60, diversity: 0.4, explain: false };

export default async function StartPage({ searchParams }: { searchParams: Promise<Params> }) {
  const shared = sharedIds(single((await searchParams).love));
  const [wall, ...named] = await Promise.all([rank(WALL), ...shared.map(movie)]);
  if (!wall.ok) return <TroublePanel trouble={wall.trouble} what="The wall of posters" />;
  if (wall.data.items.length === 0) {
    return (
      <Empty title="No movies yet" isPage>
        The catalog is still being read. Come back in a minute.
      </Empty>
    );
  }
  return (
    <>
      <header className="pt-8 pb-6 sm:pt-12">
        <h1 className="font-extrabold text-4xl tracking-tight sm:text-5xl">Pick five you love</h1>
        <p className="mt-2 max-w-prose text-soft">
          Your list forms from the first pick on. Nothing is stored until you keep it.
        </p>
      </header>
      <NeedsScript what="Picking" />
      <StartScreen wall={wall.data.items} shared={named.flatMap((each) => (each.ok ? [each.data] : []))} />
    </>
  );
}
