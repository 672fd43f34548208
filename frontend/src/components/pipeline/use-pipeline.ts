"use client";

import { useEffect, useState } from "react";
import { fetchPipeline, isAbort } from "@/lib/browser";
import type { Outcome } from "@/lib/outcome";
import type { Pipeline } from "@/lib/types";

const PAUSE_MS = 2_000;

/** The newest picture, asked for again 2 s after each answer, and not at all while the page is hidden. */
export function usePipeline(first: Outcome<Pipeline> | null): Outcome<Pipeline> | null {
  const [newest, setNewest] = useState(first);

  useEffect(() => {
    const closed = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isAsking = false;

    async function ask() {
      if (isAsking || document.hidden) return;
      isAsking = true;
      try {
        const outcome = await fetchPipeline(closed.signal);
        if (closed.signal.aborted) return;
        setNewest(outcome);
        timer = setTimeout(ask, PAUSE_MS);
      } catch (error) {
        if (!isAbort(error)) throw error;
      } finally {
        isAsking = false;
      }
    }

    function shown() {
      clearTimeout(timer);
      if (!document.hidden) ask();
    }

    ask();
    document.addEventListener("visibilitychange", shown);
    return () => {
      closed.abort();
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", shown);
    };
  }, []);

  return newest;
}
