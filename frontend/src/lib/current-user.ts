/** Who is looking: a number in a cookie, no secret and no login. The server reads it too, for the first paint. */
export const USER_COOKIE = "marquee_user";

const YEAR_S = 365 * 24 * 3_600;

export function userCookie(userId: number | null): string {
  return `${USER_COOKIE}=${userId ?? ""}; Path=/; Max-Age=${userId === null ? 0 : YEAR_S}; SameSite=Lax`;
}
