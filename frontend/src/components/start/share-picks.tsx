"use client";

import { useState } from "react";
import { CARD_SIZE, cardAddress, type Picks, sharedAddress } from "@/lib/picks";

/** A link that carries the picks, to be copied. It names movies only, and nobody. */
export function SharePicks({ picks }: { picks: Picks }) {
  const [copied, setCopied] = useState<string | null>(null); // no address, of which the server has none either
  const address = typeof window === "undefined" ? "" : sharedAddress(window.location.origin, picks);

  async function copy() {
    await navigator.clipboard?.writeText(address).catch(() => {});
    setCopied(address);
  }

  return (
    <div className="mt-3">
      <button type="button" className="button-quiet w-full justify-center" onClick={copy} data-testid="share">
        {copied === address ? "Link copied" : "Share these picks"}
      </button>
      {copied === address && (
        <>
          <p className="mt-1.5 break-all text-soft text-sm" data-testid="shared-address">
            {address}
          </p>
          <img
            src={cardAddress(picks.loved)}
            {...CARD_SIZE}
            alt="What the link shows: three posters of the list, and its first reason"
            className="mt-3 h-auto w-full rounded-lg border border-line bg-raised"
            data-testid="share-card"
          />
        </>
      )}
      <a
        href={cardAddress(picks.loved)}
        download="marquee-picks.png"
        className="button-quiet mt-2 w-full justify-center"
        data-testid="save-image"
      >
        Save image
      </a>
    </div>
  );
}
