/** What a drawn poster looks like: a pure function of title, year and genres, the same on server and browser. */
import { type Lettering, LINE_HEIGHT, lettering } from "./lettering";

export interface Palette {
  ground: string;
  shade: string;
  accent: string;
  ink: string;
}

export type Motif = (typeof MOTIFS)[number][1][number] | (typeof NEUTRAL)[number];
export type Layout = "low" | "high" | "band";

export interface PosterArt {
  palette: Palette;
  motif: Motif;
  layout: Layout;
  title: Lettering;
  /** Of the lettering with its margins, in hundredths of the poster's width; an estimate. */
  textHeight: number;
  /** Fractions from 0 up to 1 for the motif to vary itself with. */
  dice: readonly number[];
}

/** Chosen by hand: ink on ground reaches 4.5:1 in each. */
export const PALETTES: readonly Palette[] = [
  { ground: "#1b2a41", shade: "#2f4763", accent: "#ffb703", ink: "#fdf6e3" },
  { ground: "#6e1a27", shade: "#973344", accent: "#f6bd60", ink: "#fff3e2" },
  { ground: "#e8d8b9", shade: "#cfb27c", accent: "#b3261e", ink: "#2a1d14" },
  { ground: "#0f3d3e", shade: "#1c6360", accent: "#f2a65a", ink: "#f3efe0" },
  { ground: "#2d1b3d", shade: "#55297d", accent: "#f26ca7", ink: "#fdeaf5" },
  { ground: "#b23f24", shade: "#8c2c17", accent: "#ffd792", ink: "#fff8ec" },
  { ground: "#f2c14e", shade: "#dd9f1e", accent: "#1d3557", ink: "#1b1b1e" },
  { ground: "#26312b", shade: "#435c49", accent: "#c5d86d", ink: "#f1f5e4" },
  { ground: "#14213d", shade: "#1f477e", accent: "#7fd1ff", ink: "#eef6ff" },
  { ground: "#1a1a1d", shade: "#36363e", accent: "#e63946", ink: "#f5f1ee" },
  { ground: "#dfe5e0", shade: "#afc1b8", accent: "#26547c", ink: "#16211c" },
  { ground: "#3d2a1f", shade: "#654632", accent: "#e9a15b", ink: "#fbeedd" },
  { ground: "#f0b3a6", shade: "#dd8577", accent: "#4a1942", ink: "#2d0f29" },
  { ground: "#0b4056", shade: "#136783", accent: "#fbd1a2", ink: "#f4fbff" },
];

/** Genre to motif, the most telling genre first: a horror comedy should look like horror. */
const MOTIFS = [
  ["Horror", ["fangs", "moor"]],
  ["Film-Noir", ["blinds"]],
  ["Western", ["mesa"]],
  ["Musical", ["notes"]],
  ["War", ["chevrons"]],
  ["Sci-Fi", ["orbit", "grid"]],
  ["Animation", ["blobs"]],
  ["Documentary", ["frames"]],
  ["Mystery", ["keyhole"]],
  ["Fantasy", ["towers"]],
  ["Children", ["balloons"]],
  ["Crime", ["target", "skyline"]],
  ["Thriller", ["spiral", "stairs"]],
  ["Romance", ["rings"]],
  ["Adventure", ["peaks"]],
  ["Action", ["burst", "bolts"]],
  ["Comedy", ["confetti"]],
  ["Drama", ["curtain", "horizon"]],
] as const;

/** For a movie whose genres nobody told us. */
const NEUTRAL = ["lamp", "curtain", "horizon", "frames", "rings", "stairs"] as const;

const LAYOUTS: readonly Layout[] = ["low", "high", "band"];

export function posterArt(title: string, year: number | null, genres: readonly string[]): PosterArt {
  const seed = hash(`${title}|${year ?? ""}`);
  const dice = diceFrom(seed);
  const motifs = motifsOf(genres);
  const set = lettering(title);
  return {
    palette: PALETTES[seed % PALETTES.length] as Palette,
    motif: motifs[Math.floor((dice[6] ?? 0) * motifs.length)] ?? "lamp",
    layout: LAYOUTS[Math.floor((dice[7] ?? 0) * LAYOUTS.length)] ?? "low",
    title: set,
    textHeight: 14 + 9 + set.lines * set.size * LINE_HEIGHT,
    dice,
  };
}

/** The motifs of the two most telling genres, or the neutral ones; never empty. */
export function motifsOf(genres: readonly string[]): readonly Motif[] {
  const fitting = MOTIFS.filter(([genre]) => genres.includes(genre)).slice(0, 2);
  return fitting.length > 0 ? fitting.flatMap(([, motifs]) => motifs) : NEUTRAL;
}

/** FNV-1a over UTF-16 code units: small, spread well, and the same everywhere. */
export function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    h ^= text.charCodeAt(i);
    h = Math.imul(h, 0x01000193);
  }
  return h >>> 0;
}

/** Ten fractions by mulberry32. */
function diceFrom(seed: number): number[] {
  let a = seed;
  return Array.from({ length: 10 }, () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  });
}
