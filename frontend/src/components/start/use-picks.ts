"use client";

import { useCallback, useEffect, useState } from "react";
import { keepPicks, keptPicks, NO_PICKS, type Pick, type Picks, toggled } from "@/lib/picks";
import type { Card } from "@/lib/types";

/** The picks of this tab. The server knows none, so what was kept is read after the first paint. */
export function usePicks() {
  const [picks, setPicks] = useState<Picks>(NO_PICKS);

  useEffect(() => setPicks(keptPicks(sessionStorage)), []);

  const pick = useCallback((card: Card, choice: Pick) => {
    setPicks((old) => {
      const next = toggled(old, card, choice);
      keepPicks(sessionStorage, next);
      return next;
    });
  }, []);

  return { picks, pick };
}
