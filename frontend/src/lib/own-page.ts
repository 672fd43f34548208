/** Whether a request comes from a page of ours. Another site, or another port of this host, is not one. */

/**
 * Browsers name the relation in Sec-Fetch-Site, but only to https and localhost. Elsewhere Origin has to be this very
 * host; it comes with every POST. What sends neither is no browser and has no cookies of anybody.
 */
export function isOwnPage(headers: Headers): boolean {
  const site = headers.get("sec-fetch-site");
  if (site !== null) return site === "same-origin" || site === "none";
  const origin = headers.get("origin");
  return origin === null || hostOf(origin) === (headers.get("x-forwarded-host") ?? headers.get("host"));
}

/** A page of another site can send a form or plain text without being asked, but not JSON. */
export function isJson(headers: Headers): boolean {
  const type = headers.get("content-type") ?? "";
  return type.split(";")[0]?.trim().toLowerCase() === "application/json";
}

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}
