"use client";

import { useState } from "react";
import { ChevronIcon } from "@/components/ui/icons";
import type { RankedCard } from "@/lib/types";
import { PlainSum } from "./plain-sum";
import { ScoreSum } from "./score-sum";

/** The whole arithmetic of a score, on request. Without script it is there from the start, and only folded away. */
export function WhyPanel({ card }: { card: RankedCard }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details
      className="group/why"
      data-testid="why"
      open={isOpen}
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary
        className="pointer-events-auto ml-auto flex min-h-8 w-fit items-center gap-1 rounded-md font-semibold text-sm text-soft hover:text-text"
        aria-label={`Why this score for ${card.title}`}
        data-testid="why-toggle"
      >
        Why
        <ChevronIcon className="size-4 transition-transform group-open/why:rotate-180" />
      </summary>
      <div className="pointer-events-auto">
        {isOpen ? (
          <ScoreSum card={card} />
        ) : (
          <noscript>
            <PlainSum card={card} />
          </noscript>
        )}
      </div>
    </details>
  );
}
