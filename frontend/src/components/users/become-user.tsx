"use client";

import type { FormEvent } from "react";
import { useCurrentUser } from "@/components/shell/current-user";

/** On another user's list: whose it is, why its stars are off, and the way to act as that user. */
export function BecomeUser({ userId, onBecome }: { userId: number; onBecome: () => void }) {
  const { userId: me, setUserId } = useCurrentUser();

  function become(event: FormEvent) {
    event.preventDefault();
    setUserId(userId);
    onBecome();
  }

  return (
    <form
      action="/session"
      method="post"
      onSubmit={become}
      data-testid="visiting"
      className="mb-5 flex flex-wrap items-center justify-between gap-x-6 gap-y-3 rounded-xl border border-line bg-panel px-4 py-3"
    >
      <p className="leading-relaxed">
        {me === null ? "You are looking at " : `You are user ${me}, looking at `}
        the list of <strong>user {userId}</strong>. The stars are disabled: a rating here would count as
        theirs.
      </p>
      <input type="hidden" name="user_id" value={userId} />
      <button type="submit" className="button-quiet" data-testid="become-user">
        Look as user {userId}
      </button>
    </form>
  );
}
