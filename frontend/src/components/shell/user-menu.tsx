"use client";

import Link from "next/link";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { UserForm } from "@/components/users/user-form";
import { useCurrentUser } from "./current-user";

/** Who is looking, and a way to become somebody else. */
export function UserMenu() {
  const { userId, setUserId } = useCurrentUser();
  const [isOpen, setOpen] = useState(false);
  const root = useRef<HTMLDetailsElement>(null);
  const opener = useRef<HTMLElement>(null);

  // The element is asked and closed, not the state: that follows it a moment later, and a key may be faster.
  useEffect(() => {
    const closeOutside = (event: Event) => {
      if (root.current && !root.current.contains(event.target as Node)) root.current.open = false;
    };
    const closeOnEscape = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || !root.current?.open) return;
      root.current.open = false;
      opener.current?.focus();
    };
    document.addEventListener("pointerdown", closeOutside);
    document.addEventListener("focusin", closeOutside);
    document.addEventListener("keydown", closeOnEscape);
    return () => {
      document.removeEventListener("pointerdown", closeOutside);
      document.removeEventListener("focusin", closeOutside);
      document.removeEventListener("keydown", closeOnEscape);
    };
  }, []);

  function forget(event: FormEvent) {
    event.preventDefault();
    setUserId(null);
  }

  return (
    <details
      ref={root}
      className="relative ml-auto shrink-0"
      open={isOpen}
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary ref={opener} data-testid="current-user" className="button-quiet gap-1.5">
        <span className="whitespace-nowrap">{userId === null ? "Choose user" : `User ${userId}`}</span>
        <span aria-hidden="true" className="text-soft text-xs">
          ▾
        </span>
      </summary>
      <div className="absolute right-0 mt-2 w-72 rounded-xl border border-line bg-panel p-4 shadow-2xl">
        {userId !== null && (
          <div className="mb-4 flex items-center justify-between gap-2 border-line border-b pb-4">
            <Link
              prefetch={false}
              href={`/users/${userId}`}
              className="button-quiet"
              onClick={() => setOpen(false)}
            >
              Movies for user {userId}
            </Link>
            <form action="/session" method="post" onSubmit={forget}>
              <button type="submit" name="forget" className="px-1 text-soft text-sm underline">
                Forget
              </button>
            </form>
          </div>
        )}
        <UserForm
          label={userId === null ? "Enter your user id" : "Look as another user"}
          onChosen={() => setOpen(false)}
          isCompact
        />
      </div>
    </details>
  );
}
