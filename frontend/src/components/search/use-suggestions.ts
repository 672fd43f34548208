"use client";

import { useEffect, useState } from "react";
import { isAbort, searchTitles } from "@/lib/browser";
import type { SearchHit } from "@/lib/types";

const PAUSE_MS = 120;
const SHOWN = 7;

interface Suggestions {
  /** The text these items answer. */
  query: string;
  items: readonly SearchHit[];
  isFailed: boolean;
}

const NONE: Suggestions = { query: "", items: [], isFailed: false };

/** Titles for what has been typed so far: asked after a short pause, and never answered by an older question. */
export function useSuggestions(text: string): Suggestions {
  const [found, setFound] = useState<Suggestions>(NONE);
  const query = text.trim();

  useEffect(() => {
    if (query === "") {
      setFound(NONE);
      return;
    }
    const stale = new AbortController();
    const timer = setTimeout(async () => {
      try {
        const asked = new URLSearchParams({ q: query, page_size: String(SHOWN) });
        const outcome = await searchTitles(asked, stale.signal);
        if (stale.signal.aborted) return;
        setFound({ query, items: outcome.ok ? outcome.data.items : [], isFailed: !outcome.ok });
      } catch (error) {
        if (!isAbort(error)) throw error;
      }
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      stale.abort();
    };
  }, [query]);

  return found;
}
