"use client";

import Link from "next/link";
import { useEffect, useRef, useState } from "react";
import { UserForm } from "@/components/users/user-form";
import { useCurrentUser } from "./current-user";

/** Who is looking, and a way to become somebody else. */
export function UserMenu() {
  const { userId, setUserId } = useCurrentUser();
  const [isOpen, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    if (!isOpen) return;
    const closeOutside = (event: Event) => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    const closeOnEscape = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      setOpen(false);
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
  }, [isOpen]);

  return (
    <div ref={root} className="relative ml-auto shrink-0">
      <button
        ref={opener}
        type="button"
        data-testid="current-user"
        aria-expanded={isOpen}
        aria-controls="user-menu"
        onClick={() => setOpen(!isOpen)}
        className="button-quiet gap-1.5"
      >
        <span className="whitespace-nowrap">{userId === null ? "Choose user" : `User ${userId}`}</span>
        <span aria-hidden="true" className="text-soft text-xs">
          ▾
        </span>
      </button>
      <div
        id="user-menu"
        hidden={!isOpen}
        className="absolute right-0 mt-2 w-72 rounded-xl border border-line bg-panel p-4 shadow-2xl"
      >
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
            <button
              type="button"
              className="px-1 text-soft text-sm underline"
              onClick={() => setUserId(null)}
            >
              Forget
            </button>
          </div>
        )}
        <UserForm label="Look as somebody else" onChosen={() => setOpen(false)} isCompact />
      </div>
    </div>
  );
}
