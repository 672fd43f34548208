/** Where this page is seen from: what others are to fetch needs a whole address. */
import "server-only";
import { headers } from "next/headers";

/** By the request's own headers; a proxy that ends TLS says so in x-forwarded-proto. */
export async function origin(): Promise<URL> {
  const given = await headers();
  const protocol = given.get("x-forwarded-proto")?.split(",")[0]?.trim() || "http";
  const address = `${protocol}://${given.get("host") ?? ""}`;
  return new URL(/^https?:/.test(address) && URL.canParse(address) ? address : "http://localhost");
}
