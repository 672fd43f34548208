"use client";

import { useEffect, useId, useState } from "react";
import { Empty } from "@/components/ui/empty";
import { TroublePanel } from "@/components/ui/trouble-panel";
import { useEarlierInput } from "@/components/ui/use-earlier-input";
import { fetchSimilar, isAbort } from "@/lib/browser";
import type { Outcome } from "@/lib/outcome";
import { noticeFor } from "@/lib/rungs";
import type { Ranking } from "@/lib/types";
import { MovieRow } from "./movie-row";

interface Props {
  movieId: number;
  title: string;
  similar: Outcome<Ranking>;
}

/** What is like this movie, each with the reason that weighs most; the slider says what "like" means. */
export function SimilarMovies({ movieId, title, similar: first }: Props) {
  const [content, setContent] = useState<number | null>(null);
  const { similar, isPending } = useSimilar(movieId, content, first);
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
      <Mix content={content ?? USUAL} onChange={setContent} />
      <div aria-busy={isPending} className={`transition-opacity ${isPending ? "opacity-60" : ""}`}>
        <MovieRow movies={items} testId="similar-list" />
      </div>
    </>
  );
}

/** The share of the story in the usual mix: where the slider stands before it is moved. */
const USUAL = 0.2;
const PAUSE_MS = 200;

function Mix({ content, onChange }: { content: number; onChange: (content: number) => void }) {
  const id = useId();
  const field = useEarlierInput<HTMLInputElement>(content, (value) => onChange(Number(value)));
  return (
    <div className="mb-4 flex items-center gap-3 text-sm">
      <label htmlFor={id} className="sr-only">
        From movies with the same fans to movies with the same story
      </label>
      <span aria-hidden="true">Same fans</span>
      <input
        ref={field}
        id={id}
        type="range"
        min={0}
        max={1}
        step={0.1}
        value={content}
        onChange={(event) => onChange(Number(event.target.value))}
        aria-valuetext={`${Math.round(content * 100)} percent story`}
        data-testid="similar-mix"
        className="h-8 w-40 accent-glow"
      />
      <span aria-hidden="true">Same story</span>
    </div>
  );
}

/** The server's answer until the slider is moved; then the newest question's. */
function useSimilar(movieId: number, content: number | null, first: Outcome<Ranking>) {
  const [similar, setSimilar] = useState(first);
  const [isPending, setPending] = useState(false);

  useEffect(() => {
    if (content === null) return;
    const stale = new AbortController();
    setPending(true);
    const timer = setTimeout(async () => {
      try {
        const outcome = await fetchSimilar(movieId, content, stale.signal);
        if (stale.signal.aborted) return;
        setPending(false);
        setSimilar(outcome);
      } catch (error) {
        if (!isAbort(error)) throw error;
      }
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      stale.abort();
    };
  }, [movieId, content]);

  return { similar, isPending };
}
