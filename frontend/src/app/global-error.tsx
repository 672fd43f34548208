"use client";

import "./globals.css";
import { Empty } from "@/components/ui/empty";

/** The layout itself failed: no header, no footer, only the way back. */
export default function GlobalError({ reset }: { reset: () => void }) {
  return (
    <html lang="en">
      <body className="p-6 font-sans">
        <title>Marquee</title>
        <Empty title="The projector stopped" testId="page-error" isPage>
          <button type="button" className="button mt-4" onClick={reset}>
            Try again
          </button>
        </Empty>
      </body>
    </html>
  );
}
