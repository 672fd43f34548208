"use client";

import { TroublePanel } from "@/components/ui/trouble-panel";
import type { Outcome } from "@/lib/outcome";
import { clock } from "@/lib/pipeline";
import type { Pipeline } from "@/lib/types";
import { PipelinePicture } from "./pipeline-picture";
import { usePipeline } from "./use-pipeline";

/** The picture, kept up to date while it is on the page. */
export function LivePipeline({ first }: { first: Outcome<Pipeline> | null }) {
  const newest = usePipeline(first);
  if (!newest) return <p className="min-h-96 text-soft">The services are being asked …</p>;
  if (!newest.ok) return <TroublePanel trouble={newest.trouble} what="The state of the pipeline" />;
  return (
    <>
      <PipelinePicture pipeline={newest.data} />
      <p className="mt-5 text-soft text-sm tabular-nums" data-testid="pipeline-as-of">
        As of {clock(newest.data.as_of)}. While this is open it is asked for again every 2 s; a time after
        "Since" is when somebody first looked and saw it.
      </p>
      <p className="mt-2 text-sm">
        <a href="/models" className="rounded-sm underline hover:text-glow">
          Which models there are, and why each serves or not
        </a>
      </p>
    </>
  );
}
