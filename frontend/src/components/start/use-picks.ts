"use client";

import { useCallback, useEffect, useState } from "react";
import { keepPicks, keptPicks, NO_PICKS, type Pick, type Picks, toggled } from "@/lib/picks";
import type { Card } from "@/lib/types";

/**
 * The picks of this tab, or those of a shared address where the tab has none of its own. The server knows none, so what
 * was kept is read after the first paint.
 */
export function usePicks(shared: readonly Card[]) {
  const [picks, setPicks] = useState<Picks>({ loved: shared, passed: [] });

  useEffect(() => {
    const kept = keptPicks(sessionStorage);
    if (kept !== NO_PICKS && kept.loved.length + kept.passed.length > 0) setPicks(kept);
  }, []);

  const pick = useCallback((card: Card, choice: Pick) => {
    setPicks((old) => {
      const next = toggled(old, card, choice);
      keepPicks(sessionStorage, next);
      return next;
    });
  }, []);

  return { picks, pick };
}
