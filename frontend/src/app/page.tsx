import { Suspense } from "react";
import { Hero } from "@/components/home/hero";
import { Popular } from "@/components/home/popular";
import { YourRow } from "@/components/home/your-row";
import { TileGridSkeleton } from "@/components/movies/tile-grid";

export default function HomePage() {
  return (
    <>
      <Hero />
      <Suspense fallback={null}>
        <YourRow />
      </Suspense>
      <section aria-labelledby="popular" className="mt-12">
        <h2 id="popular" className="mb-5 font-bold text-2xl tracking-tight">
          Popular now
        </h2>
        <Suspense fallback={<TileGridSkeleton count={18} />}>
          <Popular />
        </Suspense>
      </section>
    </>
  );
}
