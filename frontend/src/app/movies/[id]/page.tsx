import type { Metadata } from "next";
import { Suspense } from "react";
import { MovieHero } from "@/components/movies/movie-hero";
import { MovieRowSkeleton } from "@/components/movies/movie-row";
import { SimilarMovies } from "@/components/movies/similar-movies";
import { TroublePanel } from "@/components/ui/trouble-panel";
import { idFrom } from "@/lib/ids";
import { movieOnce } from "@/lib/movie-once";
import { ownRating } from "@/lib/own-rating";

interface Props {
  params: Promise<{ id: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const id = idFrom((await params).id);
  const outcome = id === null ? null : await movieOnce(id);
  return outcome?.ok ? { title: outcome.data.title } : {};
}

export default async function MoviePage({ params }: Props) {
  const id = idFrom((await params).id) ?? 0;
  const [outcome, rating] = await Promise.all([movieOnce(id), ownRating(id)]);
  if (!outcome.ok) return <TroublePanel trouble={outcome.trouble} what="This movie" />;
  return (
    <>
      <MovieHero movie={outcome.data} rating={rating} />
      <section aria-labelledby="similar" className="mt-14">
        <h2 id="similar" className="mb-4 font-bold text-2xl tracking-tight">
          Similar movies
        </h2>
        <Suspense fallback={<MovieRowSkeleton />}>
          <SimilarMovies id={id} title={outcome.data.title} />
        </Suspense>
      </section>
    </>
  );
}
