/** What somebody without an id has picked so far; kept in the tab, so that Back and a reload do not lose it. */
import { idFrom } from "./ids";
import type { Card, GuestRating } from "./types";

/** A movie is loved, or it is not for them; a second click takes either back. */
export type Pick = "love" | "pass";

export interface Picks {
  /** In the order of picking, the newest last. */
  loved: readonly Card[];
  passed: readonly Card[];
}

export const NO_PICKS: Picks = { loved: [], passed: [] };
export const ENOUGH = 5;
export const LOVED_STARS = 5;
/** As many as the API takes in one request. */
const MOST = 500;
const MOST_SHARED = 20;

export function pickOf({ loved, passed }: Picks, movieId: number): Pick | null {
  if (has(loved, movieId)) return "love";
  return has(passed, movieId) ? "pass" : null;
}

export function toggled(picks: Picks, card: Card, pick: Pick): Picks {
  const isUndone = pickOf(picks, card.movie_id) === pick;
  const loved = picks.loved.filter((other) => other.movie_id !== card.movie_id);
  const passed = picks.passed.filter((other) => other.movie_id !== card.movie_id);
  if (isUndone) return { loved, passed };
  return pick === "love"
    ? { loved: [...loved, card].slice(-MOST), passed }
    : { loved, passed: [...passed, card].slice(-MOST) };
}

export function ratingsOf({ loved }: Picks): GuestRating[] {
  return loved.map((card) => ({ movie_id: card.movie_id, rating: LOVED_STARS }));
}

/** "Pick 5 movies you love", "3 more to go", "7 picked". */
export function progressText(count: number): string {
  if (count === 0) return `Pick ${ENOUGH} movies you love`;
  if (count < ENOUGH) return `${ENOUGH - count} more to go`;
  return `${count} picked`;
}

/** The address of the wall with these movies picked. It names movies only, and nobody. */
export function sharedAddress(origin: string, { loved }: Picks): string {
  return `${origin}/start?${loveOf(loved)}`;
}

/** The address of the picture of such a link. */
export function cardAddress(loved: Picks["loved"]): string {
  return `/api/card?${loveOf(loved)}`;
}

function loveOf(loved: Picks["loved"]): string {
  return `love=${loved.slice(-MOST_SHARED).map((card) => card.movie_id)}`;
}

/** The movies that such an address names, each once; what is no id is skipped. */
export function sharedIds(text: string): number[] {
  const ids = text.split(",").map(idFrom);
  return [...new Set(ids.filter((id) => id !== null))].slice(0, MOST_SHARED);
}

/** Of the picture of a shared link, in pixels. */
export const CARD_SIZE = { width: 1200, height: 630 };

const KEY = "marquee_picks";

export function keepPicks(storage: Storage, picks: Picks): void {
  try {
    storage.setItem(KEY, JSON.stringify(picks));
  } catch {
    // A full or forbidden storage only means that a reload starts anew.
  }
}

export function keptPicks(storage: Storage): Picks {
  try {
    const { loved, passed } = JSON.parse(storage.getItem(KEY) ?? "{}") as Partial<Picks>;
    return { loved: cardsIn(loved), passed: cardsIn(passed) };
  } catch {
    return NO_PICKS;
  }
}

function cardsIn(value: unknown): Card[] {
  return Array.isArray(value) ? value.filter((card) => Number.isSafeInteger(card?.movie_id)) : [];
}

function has(cards: readonly Card[], movieId: number): boolean {
  return cards.some((card) => card.movie_id === movieId);
}
