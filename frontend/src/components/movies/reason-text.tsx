import Link from "next/link";
import { piecesOf } from "@/lib/citations";
import type { Reason } from "@/lib/types";

/** A reason's sentence; the movies it cites can be opened. */
export function ReasonText({ reason }: { reason: Reason }) {
  return piecesOf(reason).map(({ text, movieId }) =>
    movieId === null ? (
      text
    ) : (
      <Link
        key={movieId}
        href={`/movies/${movieId}`}
        prefetch={false}
        className="rounded-sm underline decoration-soft/60 underline-offset-3 hover:decoration-current"
      >
        {text}
      </Link>
    ),
  );
}
