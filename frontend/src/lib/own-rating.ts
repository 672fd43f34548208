import "server-only";
import { cookies } from "next/headers";
import { profileOf } from "./api";
import { USER_COOKIE } from "./current-user";
import { idFrom } from "./ids";

/** What the current user gave this movie, if it is among their newest ratings; null otherwise. */
export async function ownRating(movieId: number): Promise<number | null> {
  const userId = idFrom((await cookies()).get(USER_COOKIE)?.value);
  if (userId === null) return null;
  const profile = await profileOf(userId);
  if (!profile.ok) return null;
  return profile.data.recent_ratings.find((movie) => movie.movie_id === movieId)?.rating ?? null;
}
