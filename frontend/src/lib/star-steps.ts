/** The ten values of a rating, and how pointers and keys reach them. */
export const STEPS: readonly number[] = [0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5];

/** The stars at a place along the row, 0 at its left end and 1 at its right. */
export function starsAt(fraction: number): number {
  return Math.min(5, Math.max(0.5, Math.ceil(fraction * 10) / 2));
}

/** Where a key leads from the stars now shown; null for keys that mean nothing here. */
export function nextStars(key: string, from: number | null): number | null {
  if (/^[1-5]$/.test(key)) return Number(key);
  switch (key) {
    case "ArrowRight":
    case "ArrowUp":
      return Math.min(5, (from ?? 0) + 0.5);
    case "ArrowLeft":
    case "ArrowDown":
      return Math.max(0.5, (from ?? 1) - 0.5);
    case "Home":
      return 0.5;
    case "End":
      return 5;
    default:
      return null;
  }
}
