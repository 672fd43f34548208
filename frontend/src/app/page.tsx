import { Hero } from "@/components/home/hero";
import { Popular } from "@/components/home/popular";
import { YourRow } from "@/components/home/your-row";
import type { Params } from "@/lib/settings";

export default async function HomePage({ searchParams }: { searchParams: Promise<Params> }) {
  const isRefused = (await searchParams).user === "refused";
  return (
    <>
      <Hero isRefused={isRefused} />
      <YourRow />
      <section aria-labelledby="popular" className="mt-12">
        <h2 id="popular" className="mb-5 font-bold text-3xl tracking-tight">
          Popular now
        </h2>
        <Popular />
      </section>
    </>
  );
}
