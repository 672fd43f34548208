"use client";

import { useRouter } from "next/navigation";
import { type FormEvent, useId, useState } from "react";
import { useCurrentUser } from "@/components/shell/current-user";
import { idFrom } from "@/lib/ids";

interface Props {
  label: string;
  onChosen?: () => void;
  isCompact?: boolean;
  /** What was sent without script was no user id. */
  isRefused?: boolean;
}

/** Takes a user id and goes to that user's list. Works without script through /session. */
export function UserForm({ label, onChosen, isCompact = false, isRefused: wasRefused = false }: Props) {
  const { setUserId } = useCurrentUser();
  const router = useRouter();
  const [isRefused, setRefused] = useState(wasRefused);
  const id = useId();

  function choose(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const userId = idFrom(String(new FormData(event.currentTarget).get("user_id") ?? ""));
    setRefused(userId === null);
    if (userId === null) return;
    setUserId(userId);
    onChosen?.();
    router.push(`/users/${userId}`);
  }

  return (
    <form action="/session" method="post" onSubmit={choose} noValidate data-testid="user-form">
      <label htmlFor={id} className="mb-1.5 block font-semibold text-sm">
        {label}
      </label>
      <div className="flex gap-2">
        <input
          id={id}
          name="user_id"
          inputMode="numeric"
          autoComplete="off"
          placeholder="e.g. 1, 123, 414"
          aria-invalid={isRefused}
          aria-describedby={`${id}-hint`}
          data-testid="user-id-input"
          className="field w-full min-w-0"
        />
        <button type="submit" className="button" data-testid="user-id-submit">
          {isCompact ? "Go" : "Show my list"}
        </button>
      </div>
      <p id={`${id}-hint`} role="status" className={isRefused ? "mt-1.5 text-minus text-sm" : "sr-only"}>
        {isRefused ? "A user id is a whole number from 1." : ""}
      </p>
    </form>
  );
}
