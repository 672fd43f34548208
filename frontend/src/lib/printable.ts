/** Text for the card image, in letters that its fonts have: for others its renderer would ask servers elsewhere. */

/** ASCII, letters of Latin-1 and Latin Extended-A, and the dashes, quotes and dots of titles; the fonts have all of them. */
const UNPRINTABLE =
  /[^\u0020-\u007e\u00b2\u00b3\u00b7\u00bd\u00c0-\u0131\u0134-\u0148\u014a-\u017e\u2013\u2014\u2018\u2019\u201c\u201d\u2026]/gu;

/** The text without the letters that cannot be drawn; accents that have no letter of their own are dropped. */
export function printable(text: string): string {
  const drawn = [...text.normalize("NFC")].map((letter) =>
    letter.replace(UNPRINTABLE, (other) =>
      other.normalize("NFD").replace(/\p{M}/gu, "").replace(UNPRINTABLE, " "),
    ),
  );
  return drawn.join("").replace(/\s+/g, " ").trim();
}

/** A title as the card draws it, or which movie it is where none of its letters can be drawn. */
export function printableTitle(title: string, movieId: number): string {
  const drawn = printable(title);
  return /[\p{L}\p{N}]/u.test(drawn) ? drawn : `Movie ${movieId}`;
}
