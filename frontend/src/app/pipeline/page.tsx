import type { Metadata } from "next";
import { LivePipeline } from "@/components/pipeline/live-pipeline";
import { pipeline } from "@/lib/api";

export const metadata: Metadata = { title: "The pipeline" };

/** The live picture on a page of its own; without script it is as it was when the page was made. */
export default async function PipelinePage() {
  return (
    <>
      <header className="pt-8 pb-5 sm:pt-10">
        <h1 className="font-extrabold text-4xl tracking-tight sm:text-5xl">The pipeline, now</h1>
        <p className="mt-1 text-soft">The way from a star to a list, in the services' own figures.</p>
      </header>
      <LivePipeline first={await pipeline()} />
    </>
  );
}
