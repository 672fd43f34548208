"use client";

import { useRouter } from "next/navigation";
import { useTransition } from "react";

/** Asks the server for this page again, keeping what the browser holds. */
export function RetryButton() {
  const router = useRouter();
  const [isPending, start] = useTransition();
  return (
    <button
      type="button"
      className="button"
      data-testid="retry"
      disabled={isPending}
      onClick={() => start(() => router.refresh())}
    >
      {isPending ? "Trying…" : "Try again"}
    </button>
  );
}
