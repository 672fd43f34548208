"use client";

import { useRouter } from "next/navigation";
import { createContext, type ReactNode, useContext, useRef, useState } from "react";
import type { Action } from "@/lib/models";
import type { Decided } from "@/lib/types";
import { DecisionDialog, type Wanted } from "./decision-dialog";

const Ask = createContext<(wanted: Wanted) => void>(() => {});

/** One dialog for every button of the page, and the place where the outcome is told. The key lives as long as the page. */
export function Decisions({ champion, children }: { champion: string | null; children: ReactNode }) {
  const router = useRouter();
  const outcome = useRef<HTMLParagraphElement>(null);
  const [wanted, setWanted] = useState<Wanted | null>(null);
  const [key, setKey] = useState("");
  const [told, setTold] = useState("");

  function decided({ model, instead_of }: Decided) {
    setWanted(null);
    setTold(`${model.version} serves now${instead_of ? `, instead of ${instead_of}` : ""}.`);
    router.refresh();
    outcome.current?.focus(); // the button that was pressed goes with the old state
  }

  return (
    <Ask value={setWanted}>
      <p
        ref={outcome}
        role="status"
        tabIndex={-1}
        data-testid="decision-said"
        className={told ? "mb-6 rounded-xl border border-plus bg-panel px-4 py-3 font-semibold" : "sr-only"}
      >
        {told}
      </p>
      {children}
      {wanted && (
        <DecisionDialog
          wanted={wanted}
          champion={champion}
          apiKey={key}
          onKey={setKey}
          onDecided={decided}
          onClose={() => setWanted(null)}
        />
      )}
    </Ask>
  );
}

/** Opens the dialog about a model. */
export function DecideButton({ version, action }: { version: string; action: Action }) {
  const ask = useContext(Ask);
  const verb = action === "promote" ? "Promote" : "Roll back to";
  return (
    <button
      type="button"
      className="button-quiet"
      aria-haspopup="dialog"
      data-testid={action}
      data-version={version}
      onClick={() => ask({ version, action })}
    >
      {verb} {version} …
    </button>
  );
}
