import { TileGridSkeleton } from "@/components/movies/tile-grid";

export default function SearchLoading() {
  return (
    <div role="status">
      <span className="sr-only">Searching</span>
      <div className="skeleton mt-8 mb-5 h-10 w-80 max-w-full sm:mt-12" />
      <div className="skeleton mb-8 h-14 w-full max-w-lg" />
      <TileGridSkeleton />
    </div>
  );
}
