import type { Metadata } from "next";
import { ResultList } from "@/components/search/result-list";
import { SearchFilters } from "@/components/search/search-filters";
import { Empty } from "@/components/ui/empty";
import { TroublePanel } from "@/components/ui/trouble-panel";
import { search } from "@/lib/api";
import { searchFrom, searchQuery } from "@/lib/search-params";
import type { Params } from "@/lib/settings";

interface Props {
  searchParams: Promise<Params>;
}

export async function generateMetadata({ searchParams }: Props): Promise<Metadata> {
  const { q } = searchFrom(await searchParams);
  return { title: q ? `“${q}”` : "Search" };
}

export default async function SearchPage({ searchParams }: Props) {
  const asked = searchFrom(await searchParams);
  return (
    <>
      <h1 className="pt-8 pb-5 font-extrabold text-3xl tracking-tight sm:pt-12 sm:text-4xl">
        {asked.q ? `Results for “${asked.q}”` : "Search"}
      </h1>
      <SearchFilters asked={asked} />
      {asked.q ? (
        <Results key={searchQuery(asked).toString()} asked={asked} />
      ) : (
        <Empty title="Type a title" testId="no-query">
          A few letters are enough, and a typo is no harm.
        </Empty>
      )}
    </>
  );
}

async function Results({ asked }: { asked: ReturnType<typeof searchFrom> }) {
  const query = searchQuery(asked);
  const outcome = await search(query);
  if (!outcome.ok) return <TroublePanel trouble={outcome.trouble} what="Search results" />;
  if (outcome.data.items.length === 0) {
    return (
      <Empty title={`No movie matches “${asked.q}”`} testId="no-results">
        Try fewer letters, another spelling, or take the genre and the years away.
      </Empty>
    );
  }
  return <ResultList first={outcome.data} query={query.toString()} />;
}
