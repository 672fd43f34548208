import type { Trouble } from "@/lib/outcome";

/** What just happened, for eyes and for screen readers. */
export function Toast({ announcement, trouble }: { announcement: string; trouble: Trouble | null }) {
  return (
    <div className="pointer-events-none fixed inset-x-0 bottom-4 z-50 flex flex-col items-center gap-2 px-4">
      <p
        role="status"
        aria-live="polite"
        data-testid="announcement"
        className="rounded-full border border-line bg-raised px-5 py-2.5 font-semibold shadow-2xl empty:hidden"
      >
        {announcement}
      </p>
      <p
        role="alert"
        data-testid="action-trouble"
        className="rounded-xl border border-minus bg-panel px-5 py-3 text-minus shadow-2xl empty:hidden"
      >
        {trouble ? `${trouble.title}. ${trouble.detail}` : ""}
      </p>
    </div>
  );
}
