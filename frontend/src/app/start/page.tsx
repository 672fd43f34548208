import type { Metadata } from "next";
import { StartScreen } from "@/components/start/start-screen";
import { Empty } from "@/components/ui/empty";
import { NeedsScript } from "@/components/ui/needs-script";
import { TroublePanel } from "@/components/ui/trouble-panel";
import { rank } from "@/lib/api";
import { listed } from "@/lib/format";
import { VISITOR_ID } from "@/lib/ids";
import { origin } from "@/lib/origin";
import { CARD_SIZE, cardAddress } from "@/lib/picks";
import { type Params, single } from "@/lib/settings";
import { sharedList, sharedPicks } from "@/lib/shared-list";

interface Props {
  searchParams: Promise<Params>;
}

const TITLE = "Pick five you love";

/** A link that carries picks says which, and has their card as its picture; both name no user. */
export async function generateMetadata({ searchParams }: Props): Promise<Metadata> {
  const love = single((await searchParams).love);
  const { picks, first } = love ? await sharedList(love) : { picks: [], first: [] };
  const titles = picks.map((card) => card.title);
  const title = titles.length > 0 ? `A list from ${listed(titles, 3)}` : TITLE;
  const description =
    first.length > 0
      ? `First on it: ${listed(first.map((card) => card.title))}. Pick five you love, and your own list says why.`
      : "A list of your own forms from the first pick on, and says why.";
  const image = { url: cardAddress(picks), ...CARD_SIZE, alt: description };
  return {
    title: TITLE,
    description,
    metadataBase: await origin(),
    openGraph: { siteName: "Marquee", type: "website", title, description, images: [image] },
    twitter: { card: "summary_large_image" },
  };
}

/** Well known and of many kinds, so that everybody finds something. */
const WALL = { user_id: VISITOR_ID, k: 60, diversity: 0.4, explain: false };

export default async function StartPage({ searchParams }: Props) {
  const [wall, shared] = await Promise.all([rank(WALL), sharedPicks(single((await searchParams).love))]);
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
      <StartScreen wall={wall.data.items} shared={shared} />
    </>
  );
}
