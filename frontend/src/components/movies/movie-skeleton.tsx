import { MOVIE_GRID } from "./movie-hero";
import { MovieRowSkeleton } from "./movie-row";

export function MovieSkeleton() {
  return (
    <div role="status">
      <span className="sr-only">Loading the movie</span>
      <div className={MOVIE_GRID}>
        <div className="skeleton aspect-2/3 sm:row-span-2" />
        <div className="space-y-4 max-sm:self-end">
          <div className="skeleton h-10 w-3/4 sm:h-14" />
          <div className="skeleton h-5 w-1/2" />
        </div>
        <div className="space-y-6 max-sm:col-span-2">
          <div className="skeleton h-14 w-64" />
          <div className="skeleton h-28 w-full max-w-md" />
          <div className="skeleton h-32 w-full max-w-prose" />
        </div>
      </div>
      <div className="mt-14">
        <MovieRowSkeleton />
      </div>
    </div>
  );
}
