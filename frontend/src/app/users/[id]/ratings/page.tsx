import type { Metadata } from "next";
import Link from "next/link";
import { Empty } from "@/components/ui/empty";
import { TroublePanel } from "@/components/ui/trouble-panel";
import { RatingRow } from "@/components/users/rating-row";
import { ratingsOf } from "@/lib/api";
import { counted } from "@/lib/format";
import { idFrom } from "@/lib/ids";
import { ORDERS, orderFrom } from "@/lib/rating-order";
import { type Params, single } from "@/lib/settings";

interface Props {
  params: Promise<{ id: string }>;
  searchParams: Promise<Params>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `Ratings of user ${(await params).id}` };
}

export default async function RatingsPage({ params, searchParams }: Props) {
  const userId = idFrom((await params).id) ?? 0;
  const query = await searchParams;
  const sort = orderFrom(single(query.sort));
  const page = await ratingsOf(userId, sort, single(query.page_token));
  if (!page.ok) return <TroublePanel trouble={page.trouble} what={`The ratings of user ${userId}`} />;
  const { items, total, next_page_token: next } = page.data;
  return (
    <>
      <header className="pt-8 pb-5 sm:pt-12">
        <h1 className="font-extrabold text-3xl tracking-tight sm:text-4xl">Ratings of user {userId}</h1>
        <p className="mt-2 text-soft">
          <span data-testid="total">{counted(total, "rating")}</span>
          {" · "}
          <Link href={`/users/${userId}`} prefetch={false} className="font-semibold text-glow">
            The list they make
          </Link>
        </p>
      </header>
      {total === 0 ? (
        <Empty title="No ratings yet">
          <Link href="/start" prefetch={false} className="font-semibold text-glow">
            Pick five you love
          </Link>{" "}
          to begin.
        </Empty>
      ) : (
        <>
          <Orders userId={userId} sort={sort} />
          <ul className="grid gap-x-14 xl:grid-cols-2" data-testid="ratings">
            {items.map((rated) => (
              <RatingRow key={rated.movie_id} userId={userId} rated={rated} />
            ))}
          </ul>
          {next && (
            <Link
              href={`/users/${userId}/ratings?${new URLSearchParams({ sort, page_token: next })}`}
              prefetch={false}
              className="button-quiet mt-8 min-h-11! px-6!"
              data-testid="next-ratings"
            >
              Next ratings
            </Link>
          )}
        </>
      )}
    </>
  );
}

function Orders({ userId, sort }: { userId: number; sort: string }) {
  return (
    <nav aria-label="Order" className="mb-4 flex flex-wrap gap-2">
      {ORDERS.map(({ name, label }) => (
        <Link
          key={name}
          href={`/users/${userId}/ratings?sort=${name}`}
          prefetch={false}
          aria-current={name === sort ? "true" : undefined}
          className="button-quiet aria-[current]:border-glow aria-[current]:text-glow"
        >
          {label}
        </Link>
      ))}
    </nav>
  );
}
