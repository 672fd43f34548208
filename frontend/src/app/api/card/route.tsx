import { ImageResponse } from "next/og";
import { ShareCard } from "@/components/card/share-card";
import { cardFonts } from "@/lib/card-fonts";
import { CARD_SIZE } from "@/lib/picks";
import { type SharedList, sharedList } from "@/lib/shared-list";

const NOTHING: SharedList = { picks: [], first: [] };
const HEADERS = { "content-type": "image/png", "cache-control": "public, max-age=300" };

/** Cards are drawn one after the other: each takes the processor for a good while. */
let last: Promise<unknown> = Promise.resolve();

/** The picture of a shared link. Whatever the link names, and whatever fails, it is a picture. */
export async function GET(request: Request) {
  const love = new URL(request.url).searchParams.get("love") ?? "";
  const list = await sharedList(love);
  try {
    return await inTurn(() => drawn(list));
  } catch {
    return inTurn(() => drawn(NOTHING));
  }
}

async function drawn(list: SharedList): Promise<Response> {
  const { renderToStaticMarkup } = await import("react-dom/server");
  const image = new ImageResponse(<ShareCard list={list} markup={renderToStaticMarkup} />, {
    ...CARD_SIZE,
    fonts: await cardFonts(),
  });
  // Read here, so that a failure is one before the answer has begun.
  return new Response(await image.arrayBuffer(), { headers: HEADERS });
}

function inTurn<T>(draw: () => Promise<T>): Promise<T> {
  const turn = last.then(draw, draw);
  last = turn.catch(() => {});
  return turn;
}
