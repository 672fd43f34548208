import { runtime } from "@/lib/format";
import type { Card } from "@/lib/types";

/** Year, length and genres on one line; what is unknown is left out. */
export function MovieFacts({ movie }: { movie: Card }) {
  const facts = [movie.year, runtime(movie.runtime), (movie.genres ?? []).join(", ")].filter(Boolean);
  return <p className="text-soft text-sm leading-snug">{facts.join(" · ")}</p>;
}
