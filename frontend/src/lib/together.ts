/** Who watches together: read from the address, as typed. */
import { idFrom } from "./ids";
import { type Params, single } from "./settings";

export type Blend = "mean" | "min";

export interface Together {
  /** As it was typed. */
  text: string;
  userIds: readonly number[];
  blend: Blend;
  /** Why these people cannot be asked for; null where they can, or where nobody is named. */
  refusal: string | null;
}

export const FEWEST = 2;
export const MOST = 6;

export function togetherFrom(params: Params): Together {
  const text = single(params.users).trim().slice(0, 200);
  const words = text.split(/[\s,;]+/).filter(Boolean);
  const ids = words.map(idFrom);
  const blend = single(params.blend) === "min" ? "min" : "mean";
  const refusal = words.length === 0 ? null : refusalOf(words, ids);
  const userIds = refusal === null ? ids.filter((id) => id !== null) : [];
  return { text, userIds, blend, refusal };
}

function refusalOf(words: readonly string[], ids: readonly (number | null)[]): string | null {
  const wrong = words.find((_, place) => ids[place] === null);
  if (wrong !== undefined) return `“${wrong}” is no user id: a user id is a whole number from 1.`;
  const twice = ids.find((id, place) => ids.indexOf(id) < place);
  if (twice !== undefined) return `User ${twice} is named twice.`;
  if (ids.length < FEWEST || ids.length > MOST)
    return `${ids.length === 1 ? "One person is" : `${ids.length} people are`} named; it takes ${FEWEST} to ${MOST}.`;
  return null;
}
