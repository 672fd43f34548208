import { Hero } from "@/components/home/hero";
import { Popular } from "@/components/home/popular";
import { sampleOnce } from "@/components/home/sample-card";
import { ownRow, YourRow } from "@/components/home/your-row";
import type { Params } from "@/lib/settings";

export default async function HomePage({ searchParams }: { searchParams: Promise<Params> }) {
  const isRefused = (await searchParams).user === "refused";
  const row = await ownRow();
  const sample = row ? null : await sampleOnce();
  return (
    <>
      {row && <YourRow row={row} />}
      <Hero isRefused={isRefused} sample={sample} headingLevel={row ? 2 : 1} />
      <section aria-labelledby="popular" className="mt-12">
        <h2 id="popular" className="mb-5 font-bold text-3xl tracking-tight">
          Popular now
        </h2>
        <Popular />
      </section>
    </>
  );
}
