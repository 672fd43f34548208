/** How a drawn poster's title is set: in pieces that never break, at a size at which each fits on a line. */

export interface Lettering {
  /** The title's words; a compound too wide for a line of its own is cut behind its hyphens and slashes. */
  words: readonly (readonly string[])[];
  /** In hundredths of the poster's width. */
  size: number;
  lines: number;
}

/** Room for the lettering, in hundredths of the poster's width: between the margins, and above the motif. */
const ROOM = { width: 84, height: 62 };
const LARGEST = 30;
/** A long title stays readable: rather than below this it is cut. A long word may go below: it is never cut. */
const SMALLEST = 7;
const MOST_LINES = 6;
export const LINE_HEIGHT = 1.04;
/** A compound stays whole where it can be set at least this large. */
const WHOLE_FROM = 12;

/** Advance widths of the display face at weight 700 in hundredths of the type size, rounded up. Read from the font. */
const WIDTHS = widths(`
  !23 "34 #65 $41 %59 &55 '18 (27 )27 *26 +49 ,23 -39 .23 /37 :23 ;23 <50 =47 >50 ?41 @61 [31 \\37 ]31 ^40 _66
  \`25 {34 |21 }34 ~50 –48 —80 ‘23 ’23 “40 ”40 …62 ·17 ½48 ²27 ³28 ×44
  044 124 243 344 445 545 644 741 844 944
  A41 B41 C42 D43 E36 F35 G43 H43 I21 J40 K43 L35 M64 N48 O43 P41 Q43 R42 S41 T35 U42 V42 W67 X40 Y40 Z36
  a42 b44 c40 d44 e41 f29 g44 h44 i21 j21 k39 l21 m67 n44 o42 p44 q44 r30 s38 t30 u44 v38 w65 x36 y39 z35
  Æ58 Œ59 Ø43 æ62 œ64 ø42 þ44 ð43 ı21`);
/** Of a letter that no table has; Cyrillic's widest needs it, Chinese and Korean need 1.00. */
const UNKNOWN = 1.35;
const SPACE = 0.22;

export function lettering(title: string): Lettering {
  let words = title
    .toUpperCase()
    .split(/\s+/)
    .filter(Boolean)
    .map((word) => piecesOf(word));
  const widest = Math.max(0.01, ...words.flat().map((piece) => widthOf(piece)));
  const byWord = floor(Math.min(LARGEST, ROOM.width / widest));
  let size = byWord;
  while (size > SMALLEST && !fits(words, size)) size = floor(size - 0.25);
  while (words.length > 1 && !fits(words, size)) words = [...words.slice(0, -2), ["…"]];
  return { words, size, lines: linesOf(words, size) };
}

/** Width in ems, never less than the font needs. Accents are as wide as their letters. */
export function widthOf(text: string): number {
  const letters = [...text.normalize("NFD").replace(/\p{M}/gu, "")];
  return letters.reduce((sum, letter) => sum + (WIDTHS.get(letter) ?? UNKNOWN), 0);
}

/** How many lines the words take, filled one after the other. */
function linesOf(words: Lettering["words"], size: number): number {
  let [lines, used] = [0, Number.POSITIVE_INFINITY];
  for (const word of words) {
    let gap = SPACE;
    for (const piece of word) {
      const width = widthOf(piece);
      const isOnLine = (used + gap + width) * size <= ROOM.width;
      lines += isOnLine ? 0 : 1;
      used = isOnLine ? used + gap + width : width;
      gap = 0;
    }
  }
  return lines;
}

function fits(words: Lettering["words"], size: number): boolean {
  const lines = linesOf(words, size);
  return lines <= MOST_LINES && lines * size * LINE_HEIGHT <= ROOM.height;
}

function piecesOf(word: string): string[] {
  if (widthOf(word) * WHOLE_FROM <= ROOM.width) return [word];
  return word.match(/[^-–—/]*[-–—/]+|[^-–—/]+/g) ?? [word];
}

function floor(size: number): number {
  return Math.floor(size * 100) / 100;
}

/** Reads "A78 B77": each letter with its width. */
function widths(table: string): ReadonlyMap<string, number> {
  const entries = table.trim().split(/\s+/);
  return new Map(entries.map((entry) => [entry.slice(0, 1), Number(entry.slice(1)) / 100]));
}
