"use client";

import { type FormEvent, useEffect, useId, useRef, useState } from "react";
import { Labelled } from "@/components/ui/labelled";
import { decide } from "@/lib/browser";
import type { Action } from "@/lib/models";
import type { Decided } from "@/lib/types";

const MAX_REASON = 500;

export interface Wanted {
  version: string;
  action: Action;
}

interface Props {
  wanted: Wanted;
  champion: string | null;
  apiKey: string;
  onKey: (key: string) => void;
  onDecided: (decided: Decided) => void;
  onClose: () => void;
}

/** Asks for an admin's key and a reason, and sends the decision. A refusal is told as the API words it. */
export function DecisionDialog({ wanted, champion, apiKey, onKey, onDecided, onClose }: Props) {
  const { version, action } = wanted;
  const dialog = useRef<HTMLDialogElement>(null);
  const [reason, setReason] = useState("");
  const [trouble, setTrouble] = useState("");
  const [isSending, setSending] = useState(false);
  const id = useId();

  useEffect(() => dialog.current?.showModal(), []);

  async function send(event: FormEvent) {
    event.preventDefault();
    if (isSending) return;
    if (!/^[\x21-\x7e]+$/.test(apiKey)) {
      setTrouble("A key has one or more characters, none of them a blank or an accented letter.");
      return;
    }
    setTrouble("");
    setSending(true);
    const outcome = await decide(version, action, apiKey, reason);
    setSending(false);
    if (!outcome.ok) {
      setTrouble(outcome.trouble.detail || outcome.trouble.title);
      return;
    }
    dialog.current?.close(); // gives the focus back before the outcome takes it
    onDecided(outcome.data);
  }

  return (
    <dialog
      ref={dialog}
      onClose={onClose}
      aria-labelledby={`${id}-title`}
      aria-describedby={`${id}-what`}
      data-testid="decision-dialog"
      className="m-auto w-[min(34rem,calc(100vw-1.5rem))] max-w-none rounded-2xl border border-line bg-page p-4 text-base text-text shadow-2xl backdrop:bg-black/70 sm:p-6"
    >
      <form onSubmit={send} noValidate className="space-y-4">
        <h2 id={`${id}-title`} className="break-words font-extrabold text-3xl leading-tight">
          {action === "promote" ? "Promote" : "Roll back to"} {version}?
        </h2>
        <p id={`${id}-what`} className="text-soft leading-relaxed">
          It serves everybody from then on{champion ? `, instead of ${champion}` : ""}. The decision and its
          reason stay in the model's history.
        </p>
        <Labelled label="Admin key" htmlFor={`${id}-key`}>
          <input
            id={`${id}-key`}
            value={apiKey}
            onChange={(event) => onKey(event.target.value)}
            aria-describedby={`${id}-kept`}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            data-testid="decision-key"
            className="field w-full [-webkit-text-security:disc]"
          />
        </Labelled>
        <p id={`${id}-kept`} className="-mt-2 text-soft text-xs">
          Sent with this decision, and forgotten when the page is left.
        </p>
        <Labelled label="Reason (optional)" htmlFor={`${id}-reason`}>
          <input
            id={`${id}-reason`}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
            maxLength={MAX_REASON}
            autoComplete="off"
            data-testid="decision-reason"
            className="field w-full"
          />
        </Labelled>
        <p role="alert" data-testid="decision-trouble" className="break-words text-minus empty:hidden">
          {trouble}
        </p>
        <div className="flex flex-wrap gap-3">
          <button type="submit" className="button" data-testid="decision-confirm" aria-disabled={isSending}>
            {isSending ? "Deciding …" : action === "promote" ? "Promote" : "Roll back"}
          </button>
          <button type="button" className="button-quiet" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
        </div>
      </form>
    </dialog>
  );
}
