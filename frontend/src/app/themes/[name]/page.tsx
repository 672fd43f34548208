import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { MovieTile } from "@/components/movies/movie-tile";
import { TileGrid } from "@/components/movies/tile-grid";
import { TroublePanel } from "@/components/ui/trouble-panel";
import { theme } from "@/lib/api";
import { counted } from "@/lib/format";
import { decoded } from "@/lib/search-params";

interface Props {
  params: Promise<{ name: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: decoded((await params).name) };
}

/** The movies that share a keyword, best known first. */
export default async function ThemePage({ params }: Props) {
  const name = decoded((await params).name);
  const outcome = await theme(name);
  if (!outcome.ok && outcome.trouble.status === 404) notFound();
  if (!outcome.ok) return <TroublePanel trouble={outcome.trouble} what={name} />;
  const { count, movies = [] } = outcome.data;
  const said = counted(count, "movie");
  return (
    <>
      <header className="pt-8 pb-8 sm:pt-12">
        <p className="font-semibold text-glow">Theme</p>
        <h1
          className="text-balance font-extrabold text-4xl tracking-tight first-letter:uppercase sm:text-5xl"
          data-testid="theme-name"
        >
          {outcome.data.name}
        </h1>
        <p className="mt-2 text-soft" data-testid="theme-count">
          {movies.length < count
            ? `${said}; the ${movies.length} best known first`
            : `${said}, best known first`}
        </p>
      </header>
      <section aria-label="Movies">
        <TileGrid testId="theme-movies">
          {movies.map((movie, index) => (
            <MovieTile
              key={movie.movie_id}
              movie={movie}
              note={counted(movie.ratings, "rating")}
              isEager={index < 6}
              headingLevel={2}
            />
          ))}
        </TileGrid>
      </section>
    </>
  );
}
