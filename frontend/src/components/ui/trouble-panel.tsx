import type { Trouble } from "@/lib/outcome";
import { UNREACHABLE } from "@/lib/outcome";
import { RetryButton } from "./retry-button";

/** What to show where an answer of the API should have been: what went wrong, where, and what to do. */
export function TroublePanel({ trouble, what }: { trouble: Trouble; what: string }) {
  const isUnreachable = trouble.code === UNREACHABLE;
  return (
    <section
      role="alert"
      data-testid="api-trouble"
      className="my-10 max-w-2xl rounded-2xl border border-line bg-panel p-6 sm:p-8"
    >
      <p className="font-bold text-minus text-sm uppercase tracking-wider">
        {isUnreachable ? "Offline" : `Error ${trouble.status}`}
      </p>
      <h2 className="mt-2 font-bold text-2xl">{what} cannot be shown</h2>
      <p className="mt-3 text-soft leading-relaxed">{trouble.detail || trouble.title}</p>
      {isUnreachable && (
        <p className="mt-2 text-soft leading-relaxed">This page works again as soon as the API does.</p>
      )}
      {trouble.status === 429 && (
        <p className="mt-2 text-soft">Too many requests arrived at once; wait a moment.</p>
      )}
      <div className="mt-5">
        <RetryButton />
      </div>
      {trouble.requestId && <p className="mt-4 text-soft text-xs">Request {trouble.requestId}</p>}
    </section>
  );
}
