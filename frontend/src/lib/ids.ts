/** Ids as they arrive from addresses, forms and cookies. */

/** A user without ratings, for asking what the system shows to somebody it knows nothing of. */
export const VISITOR_ID = Number.MAX_SAFE_INTEGER;

/** The id, or null when the text is not a whole number from 1 to 2^53 - 1. */
export function idFrom(text: string | null | undefined): number | null {
  const trimmed = (text ?? "").trim();
  if (!/^\d{1,16}$/.test(trimmed)) return null;
  const id = Number(trimmed);
  return Number.isSafeInteger(id) && id > 0 ? id : null;
}
