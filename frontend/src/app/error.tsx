"use client";

import { Empty } from "@/components/ui/empty";

/** A fault of ours. Troubles of the API are answers, drawn in place by TroublePanel. */
export default function ErrorPage({
  error,
  reset,
}: {
  error: Error & { digest?: string };
  reset: () => void;
}) {
  return (
    <Empty title="The projector stopped" testId="page-error" isPage>
      <p>Something in this page broke. The rest of the site still works.</p>
      <button type="button" className="button mt-6" data-testid="retry" onClick={reset}>
        Try again
      </button>
      {error.digest && <p className="mt-4 text-xs">Error {error.digest}</p>}
    </Empty>
  );
}
