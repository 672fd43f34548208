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
const LARGEST = 19;
/** A long title stays readable: rather than below this it is cut. A long word may go below: it is never cut. */
const SMALLEST = 5.5;
const MOST_LINES = 6;
export const LINE_HEIGHT = 1.04;
/** A compound stays whole where it can be set at least this large. */
const WHOLE_FROM = 9;

/**
 * Advance widths of bold letters in hundredths of the type size, rounded up: the widest of the fonts that stand in
 * where a system has none of its own (DejaVu and Liberation). Measured by canvas; real fonts are narrower.
 */
const SANS = widths(`
  !46 "53 #84 $70 %101 &88 '31 (46 )46 *53 +84 ,38 -42 .38 /37 :40 ;40 <84 =84 >84 ?62 @100 [46 \\37 ]46 ^84 _56
  \`50 {72 |37 }72 ~84 –56 —100 ‘38 ’38 “66 ”66 …100 ·38 ½104 ²44 ³44 ×84
  070 170 270 370 470 570 670 770 870 970
  A78 B77 C74 D83 E69 F69 G83 H84 I38 J56 K78 L64 M100 N84 O85 P74 Q85 R77 S72 T69 U82 V78 W111 X78 Y73 Z73
  a68 b72 c60 d72 e68 f44 g72 h72 i35 j35 k67 l35 m105 n72 o69 p72 q72 r50 s60 t48 u72 v66 w93 x65 y66 z59
  Æ109 Œ117 Ø85 æ105 œ110 ø69 ł38 Ł65 Đ84 đ72 þ72 ð69 ı35`);
const SERIF = widths(`
  !44 "56 #84 $70 %100 &91 '31 (48 )48 *53 +84 ,35 -42 .35 /37 :37 ;37 <84 =84 >84 ?59 @100 [48 \\37 ]48 ^84 _50
  \`50 {65 |37 }65 ~84 –50 —100 ‘35 ’35 “58 ”58 …100 ·35 ½105 ²44 ³44 ×84
  070 170 270 370 470 570 670 770 870 970
  A78 B85 C80 D87 E77 F71 G86 H95 I47 J50 K87 L71 M111 N92 O88 P76 Q88 R84 S73 T75 U88 V78 W113 X78 Y73 Z73
  a65 b70 c61 d70 e64 f43 g70 h73 i38 j37 k70 l38 m106 n73 o67 p70 q70 r53 s57 t47 u73 v59 w87 x60 y59 z57
  Æ104 Œ118 Ø88 æ98 œ103 ø67 ł39 Ł71 Đ88 đ70 þ70 ð67 ı38`);
/** Of a letter that no table has; Cyrillic's widest needs it, Chinese and Korean need 1.00. */
const UNKNOWN = 1.35;
const SPACE = 0.35;

export function lettering(title: string, isSerif: boolean): Lettering {
  const shown = isSerif ? title : title.toUpperCase();
  let words = shown
    .split(/\s+/)
    .filter(Boolean)
    .map((word) => piecesOf(word, isSerif));
  const widest = Math.max(0.01, ...words.flat().map((piece) => widthOf(piece, isSerif)));
  const byWord = floor(Math.min(LARGEST, ROOM.width / widest));
  let size = byWord;
  while (size > SMALLEST && !fits(words, size, isSerif)) size = floor(size - 0.25);
  while (words.length > 1 && !fits(words, size, isSerif)) words = [...words.slice(0, -2), ["…"]];
  return { words, size, lines: linesOf(words, size, isSerif) };
}

/** Width in ems, never less than any of the fonts needs. Accents are as wide as their letters. */
export function widthOf(text: string, isSerif: boolean): number {
  const table = isSerif ? SERIF : SANS;
  const letters = [...text.normalize("NFD").replace(/\p{M}/gu, "")];
  return letters.reduce((sum, letter) => sum + (table.get(letter) ?? UNKNOWN), 0);
}

/** How many lines the words take, filled one after the other. */
function linesOf(words: Lettering["words"], size: number, isSerif: boolean): number {
  let [lines, used] = [0, Number.POSITIVE_INFINITY];
  for (const word of words) {
    let gap = SPACE;
    for (const piece of word) {
      const width = widthOf(piece, isSerif);
      const isOnLine = (used + gap + width) * size <= ROOM.width;
      lines += isOnLine ? 0 : 1;
      used = isOnLine ? used + gap + width : width;
      gap = 0;
    }
  }
  return lines;
}

function fits(words: Lettering["words"], size: number, isSerif: boolean): boolean {
  const lines = linesOf(words, size, isSerif);
  return lines <= MOST_LINES && lines * size * LINE_HEIGHT <= ROOM.height;
}

function piecesOf(word: string, isSerif: boolean): string[] {
  if (widthOf(word, isSerif) * WHOLE_FROM <= ROOM.width) return [word];
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
