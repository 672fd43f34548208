/** One way to the gateway, for server code only: address, deadline, and no cache. */
import "server-only";
import { readEnv } from "./env";

export class GatewayUnreachable extends Error {}

/** Calls with the page's own key, or with another one in its place: "" for none. */
export async function callGateway(path: string, init: RequestInit = {}, key?: string): Promise<Response> {
  const env = readEnv();
  const apiKey = key ?? env.apiKey;
  const headers = new Headers(init.headers);
  headers.set("accept", "application/json");
  if (apiKey) headers.set("x-api-key", apiKey);
  if (!headers.has("x-request-id")) headers.set("x-request-id", crypto.randomUUID());
  const deadline = AbortSignal.timeout(env.timeoutMs);
  const signal = init.signal ? AbortSignal.any([init.signal, deadline]) : deadline;
  try {
    return await fetch(env.gatewayUrl + path, {
      ...init,
      headers,
      signal,
      cache: "no-store",
      redirect: "error",
    });
  } catch {
    const why = deadline.aborted ? `gave no answer within ${env.timeoutMs} ms` : "does not answer";
    if (!init.signal?.aborted) console.error(`marquee frontend: the gateway at ${env.gatewayUrl} ${why}`);
    throw new GatewayUnreachable(`Marquee's API ${why}.`); // a visitor reads this: no address
  }
}
