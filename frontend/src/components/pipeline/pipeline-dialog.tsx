"use client";

import { type MouseEvent, type ReactNode, useRef, useState } from "react";
import { CrossIcon } from "@/components/ui/icons";
import { LivePipeline } from "./live-pipeline";

/** A link to the picture of the pipeline, which opens it over the page; without script it leads to /pipeline. */
export function PipelineDialog({ children }: { children: ReactNode }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [isOpen, setOpen] = useState(false);

  function open(event: MouseEvent) {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return; // a new tab is wanted
    event.preventDefault();
    setOpen(true);
    dialog.current?.showModal();
  }

  return (
    <>
      <a
        href="/pipeline"
        onClick={open}
        aria-haspopup="dialog"
        data-testid="open-pipeline"
        className="inline-block rounded-sm underline decoration-transparent underline-offset-3 hover:text-text hover:decoration-current"
      >
        {children}
      </a>
      <dialog
        ref={dialog}
        onClose={() => setOpen(false)}
        aria-labelledby="pipeline-title"
        data-testid="pipeline-dialog"
        className="m-auto max-h-[92dvh] w-[min(84rem,calc(100vw-1.5rem))] max-w-none overflow-y-auto rounded-2xl border border-line bg-page p-4 text-base text-text shadow-2xl backdrop:bg-black/70 sm:p-6"
      >
        <div className="mb-4 flex items-center justify-between gap-4">
          <p id="pipeline-title" className="font-display font-extrabold text-3xl">
            The pipeline, now
          </p>
          <button
            type="button"
            onClick={() => dialog.current?.close()}
            className="button-quiet"
            aria-label="Close the pipeline"
          >
            <CrossIcon className="size-5" />
          </button>
        </div>
        {isOpen && <LivePipeline first={null} />}
      </dialog>
    </>
  );
}
