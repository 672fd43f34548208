import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { MovieTile } from "@/components/movies/movie-tile";
import { TileGrid } from "@/components/movies/tile-grid";
import { TroublePanel } from "@/components/ui/trouble-panel";
import { person } from "@/lib/api";
import { counted } from "@/lib/format";
import { decoded } from "@/lib/search-params";
import type { PersonMovies } from "@/lib/types";

interface Props {
  params: Promise<{ name: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: decoded((await params).name) };
}

export default async function PersonPage({ params }: Props) {
  const name = decoded((await params).name);
  const outcome = await person(name);
  if (!outcome.ok && outcome.trouble.status === 404) notFound();
  if (!outcome.ok) return <TroublePanel trouble={outcome.trouble} what={name} />;
  const { directed = [], acted = [] } = outcome.data;
  return (
    <>
      <h1 className="pt-8 font-extrabold text-4xl tracking-tight sm:pt-12 sm:text-5xl" data-testid="person">
        {outcome.data.name}
      </h1>
      <Movies title="Directed" movies={directed} />
      <Movies title="In the cast" movies={acted} />
    </>
  );
}

function Movies({ title, movies }: { title: string; movies: PersonMovies["directed"] }) {
  if (!movies || movies.length === 0) return null;
  return (
    <section aria-label={title} className="mt-9">
      <h2 className="mb-4 font-bold text-2xl">{title}</h2>
      <TileGrid testId={title === "Directed" ? "directed" : "acted"}>
        {movies.map((movie, index) => (
          <MovieTile
            key={movie.movie_id}
            movie={movie}
            note={counted(movie.ratings, "rating")}
            isEager={index < 6}
          />
        ))}
      </TileGrid>
    </section>
  );
}
