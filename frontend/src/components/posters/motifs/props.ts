import type { Palette } from "@/lib/poster-art";

/** A motif draws on a 200 x 200 ground. Coordinates that come from sines are rounded: engines differ in the last digit. */
export interface MotifProps {
  palette: Palette;
  dice: readonly number[];
}

export function roll(dice: readonly number[], i: number, min: number, max: number): number {
  return Math.round((min + (dice[i] ?? 0.5) * (max - min)) * 10) / 10;
}

/** A point on a circle, to one decimal. */
export function at(cx: number, cy: number, radius: number, degrees: number): [number, number] {
  const angle = (degrees * Math.PI) / 180;
  const round = (x: number) => Math.round(x * 10) / 10;
  return [round(cx + radius * Math.cos(angle)), round(cy + radius * Math.sin(angle))];
}
