/** A sentence of the API in pieces that are set apart: what can be opened, stars, and numbers. */

export interface Piece {
  text: string;
  kind: "plain" | "link" | "stars" | "number";
  href: string | null;
}

export interface Link {
  /** As it stands in the sentence. */
  text: string;
  href: string;
}

/**
 * The pieces of a sentence; together they are the sentence again, letter for letter.
 *
 * A link's text is looked for as a whole word and from the end, since what the API's sentences begin with are words of
 * their own. Longer ones are cut out first: "Alien 3" is no "Alien". What is not found stays as it stands.
 */
export function typeset(sentence: string, links: readonly Link[] = []): Piece[] {
  let pieces: Piece[] = [{ text: sentence, kind: "plain", href: null }];
  for (const link of [...links].sort((a, b) => b.text.length - a.text.length)) {
    const at = pieces.findLastIndex(
      (piece) => piece.kind === "plain" && lastWord(piece.text, link.text) >= 0,
    );
    if (at >= 0) pieces = pieces.flatMap((piece, place) => (place === at ? cut(piece.text, link) : [piece]));
  }
  return pieces.flatMap((piece) => (piece.kind === "plain" ? figures(piece.text) : [piece]));
}

export const movieHref = (movieId: number) => `/movies/${movieId}`;
export const personHref = (name: string) => `/people/${encodeURIComponent(name)}`;
export const themeHref = (name: string) => `/themes/${encodeURIComponent(name)}`;

const LETTER = /[\p{L}\p{N}]/u;

/** Where a text stands last as a whole word; -1 if nowhere. */
function lastWord(text: string, word: string): number {
  if (word === "") return -1;
  for (let at = text.lastIndexOf(word); at >= 0; at = at > 0 ? text.lastIndexOf(word, at - 1) : -1) {
    const [before, after] = [text[at - 1] ?? " ", text[at + word.length] ?? " "];
    if (!LETTER.test(before) && !LETTER.test(after)) return at;
  }
  return -1;
}

function cut(text: string, link: Link): Piece[] {
  const at = lastWord(text, link.text);
  return filled([
    { text: text.slice(0, at), kind: "plain", href: null },
    { text: link.text, kind: "link", href: link.href },
    { text: text.slice(at + link.text.length), kind: "plain", href: null },
  ]);
}

const FIGURE = /(★\d(?:\.\d)?|\b\d+(?:,\d{3})*(?:\.\d+)?(?: %)?)/;

/** Stars and numbers out of a text without links. */
function figures(text: string): Piece[] {
  const pieces = text.split(FIGURE).map((part, place): Piece => {
    const kind = place % 2 === 0 ? "plain" : part.startsWith("★") ? "stars" : "number";
    return { text: part, kind, href: null };
  });
  return filled(pieces);
}

function filled(pieces: Piece[]): Piece[] {
  return pieces.filter((piece) => piece.text !== "");
}
