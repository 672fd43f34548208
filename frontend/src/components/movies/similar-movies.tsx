import { Empty } from "@/components/ui/empty";
import { TroublePanel } from "@/components/ui/trouble-panel";
import type { Outcome } from "@/lib/outcome";
import { noticeFor } from "@/lib/rungs";
import { bestReasons } from "@/lib/scores";
import type { Ranking } from "@/lib/types";
import { MovieRow } from "./movie-row";

/** What is like this movie, each with the reason that weighs most. */
export function SimilarMovies({ title, similar }: { title: string; similar: Outcome<Ranking> }) {
  if (!similar.ok) return <TroublePanel trouble={similar.trouble} what="Similar movies" />;
  const { items, meta } = similar.data;
  if (items.length === 0)
    return <Empty title="Nothing similar is known">Too few people have rated {title}.</Empty>;
  const notice = noticeFor(meta, 0);
  return (
    <>
      {notice?.tone === "degraded" && (
        <p role="status" data-testid="degraded-banner" className="mb-4 text-soft">
          {notice.text}
        </p>
      )}
      <MovieRow
        movies={items}
        noteOf={(movie) => bestReasons(movie.reasons ?? [], 1)[0]?.text}
        testId="similar-list"
      />
    </>
  );
}
