import { MovieRowSkeleton } from "./movie-row";

export function MovieSkeleton() {
  return (
    <div role="status">
      <span className="sr-only">Loading the movie</span>
      <div className="grid gap-x-12 gap-y-6 pt-8 sm:grid-cols-[15rem_minmax(0,1fr)] sm:pt-12 lg:grid-cols-[21rem_minmax(0,1fr)]">
        <div className="skeleton aspect-2/3 w-40 sm:w-full" />
        <div className="space-y-5">
          <div className="skeleton h-14 w-3/4" />
          <div className="skeleton h-5 w-1/2" />
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
