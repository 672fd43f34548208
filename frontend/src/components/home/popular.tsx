import { MovieTile } from "@/components/movies/movie-tile";
import { TileGrid } from "@/components/movies/tile-grid";
import { Empty } from "@/components/ui/empty";
import { TroublePanel } from "@/components/ui/trouble-panel";
import { popularOnce } from "@/lib/popular-once";

/** The cold list: what the ranker shows to somebody it knows nothing of. */
export async function Popular() {
  const outcome = await popularOnce();
  if (!outcome.ok) return <TroublePanel trouble={outcome.trouble} what="Popular movies" />;
  if (outcome.data.items.length === 0) {
    return <Empty title="No movies yet">The catalog is still being read. Come back in a minute.</Empty>;
  }
  return (
    <TileGrid testId="popular-list">
      {outcome.data.items.map((movie, index) => (
        <MovieTile key={movie.movie_id} movie={movie} isEager={index < 6} />
      ))}
    </TileGrid>
  );
}
