"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import { useCurrentUser } from "@/components/shell/current-user";
import { newUser, sendRatings } from "@/lib/browser";
import { keepPicks, NO_PICKS, type Picks, ratingsOf } from "@/lib/picks";

/** Makes the guest a user: an unused id, and the picks as its ratings. */
export function KeepList({ picks }: { picks: Picks }) {
  const { setUserId } = useCurrentUser();
  const router = useRouter();
  const [status, setStatus] = useState<"idle" | "keeping" | "failed">("idle");

  async function keep() {
    setStatus("keeping");
    const made = await newUser();
    const sent = made.ok ? await sendRatings(made.data.user_id, ratingsOf(picks)) : made;
    if (!made.ok || !sent.ok) return setStatus("failed");
    setUserId(made.data.user_id);
    keepPicks(sessionStorage, NO_PICKS);
    router.push(`/users/${made.data.user_id}`);
  }

  return (
    <div className="mt-4">
      <button
        type="button"
        className="button w-full"
        onClick={keep}
        disabled={status === "keeping"}
        data-testid="keep-list"
      >
        {status === "keeping" ? "Keeping…" : "Keep my list"}
      </button>
      <p role="status" className="mt-2 text-soft text-sm">
        {status === "failed"
          ? "It could not be kept just now. Your picks are still here; try again."
          : "Gives you an id, and your picks become its ratings."}
      </p>
    </div>
  );
}
