import { runtime } from "@/lib/format";
import type { Card } from "@/lib/types";

/** Year, genres and length on one line; what is unknown is left out. */
export function MovieFacts({ movie }: { movie: Card }) {
  const facts = [movie.year, (movie.genres ?? []).join(", "), runtime(movie.runtime)].filter(Boolean);
  return <p className="text-soft text-sm leading-snug">{facts.join(" · ")}</p>;
}
