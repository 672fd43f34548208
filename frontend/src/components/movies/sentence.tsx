import Link from "next/link";
import { stars } from "@/lib/format";
import { type Link as Linked, typeset } from "@/lib/typeset";

/** A sentence of the API: what it names can be opened, stars are stars, and numbers stand in columns. */
export function Sentence({ text, links }: { text: string; links: readonly Linked[] }) {
  return typeset(text, links).map((piece, place) => {
    const key = `${place}${piece.text}`;
    if (piece.href !== null) {
      return (
        <Link
          key={key}
          href={piece.href}
          prefetch={false}
          className="rounded-sm underline decoration-soft/60 underline-offset-3 hover:decoration-current"
        >
          {piece.text}
        </Link>
      );
    }
    if (piece.kind === "stars") {
      return (
        <span
          key={key}
          role="img"
          aria-label={stars(Number(piece.text.slice(1)))}
          className="whitespace-nowrap font-semibold text-glow tabular-nums"
        >
          {piece.text}
        </span>
      );
    }
    if (piece.kind === "number") {
      return (
        <span key={key} className="whitespace-nowrap font-semibold tabular-nums">
          {piece.text}
        </span>
      );
    }
    return piece.text;
  });
}
