import type { Reason } from "./types";

export interface Piece {
  text: string;
  movieId: number | null;
}

/** A reason's sentence in pieces, those that name a movie with its id. */
export function piecesOf(reason: Pick<Reason, "text" | "evidence" | "fact">): Piece[] {
  let pieces: Piece[] = [{ text: reason.text, movieId: null }];
  const { title, movie_id: titleId } = reason.fact?.slots ?? {};
  const named =
    typeof title === "string" && typeof titleId === "number" ? [{ label: title, movie_id: titleId }] : [];
  for (const { label, movie_id } of [...(reason.evidence ?? []), ...named]) {
    if (movie_id == null || label === "" || pieces.some((piece) => piece.movieId === movie_id)) continue;
    pieces = pieces.flatMap((piece) => (piece.movieId === null ? cut(piece.text, label, movie_id) : [piece]));
  }
  return pieces;
}

/** Cuts the first mention out of a text. */
function cut(text: string, label: string, movieId: number): Piece[] {
  const start = text.indexOf(label);
  if (start < 0) return [{ text, movieId: null }];
  const pieces = [
    { text: text.slice(0, start), movieId: null },
    { text: label, movieId },
    { text: text.slice(start + label.length), movieId: null },
  ];
  return pieces.filter((piece) => piece.text !== "");
}
