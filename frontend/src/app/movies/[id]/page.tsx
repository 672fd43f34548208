import type { Metadata } from "next";
import { MovieHero } from "@/components/movies/movie-hero";
import { SimilarMovies } from "@/components/movies/similar-movies";
import { TroublePanel } from "@/components/ui/trouble-panel";
import { similarTo } from "@/lib/api";
import { idFrom } from "@/lib/ids";
import { movieOnce } from "@/lib/movie-once";
import { ownRating } from "@/lib/own-rating";

interface Props {
  params: Promise<{ id: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const id = idFrom((await params).id);
  const outcome = id === null ? null : await movieOnce(id);
  if (!outcome?.ok) return {};
  const { title, year, overview, poster_url: poster } = outcome.data;
  const shared = {
    title: year ? `${title} (${year})` : title,
    ...(overview && { description: overview }),
    ...(poster && { images: [poster] }),
  };
  return { title, ...(overview && { description: overview }), openGraph: { type: "video.movie", ...shared } };
}

export default async function MoviePage({ params }: Props) {
  const id = idFrom((await params).id) ?? 0;
  const [outcome, own, similar] = await Promise.all([movieOnce(id), ownRating(id), similarTo(id, 18)]);
  if (!outcome.ok) return <TroublePanel trouble={outcome.trouble} what="This movie" />;
  return (
    <>
      <MovieHero movie={outcome.data} own={own} />
      <section aria-labelledby="similar" className="mt-14">
        <h2 id="similar" className="mb-4 font-bold text-3xl tracking-tight">
          Similar movies
        </h2>
        <SimilarMovies key={id} movieId={id} title={outcome.data.title} similar={similar} />
      </section>
    </>
  );
}
