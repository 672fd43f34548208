import "server-only";
import { cookies } from "next/headers";
import { ratingOf } from "./api";
import { USER_COOKIE } from "./current-user";
import { idFrom } from "./ids";
import { type OwnRating, ownRatingOf } from "./outcome";

/** What the current user gave this movie, however long ago; null where nobody is looking. */
export async function ownRating(movieId: number): Promise<OwnRating | null> {
  const userId = idFrom((await cookies()).get(USER_COOKIE)?.value);
  return userId === null ? null : ownRatingOf(userId, await ratingOf(userId, movieId));
}
