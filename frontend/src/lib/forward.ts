/** Route handlers' bridge from the browser to the gateway: status, body and problem details pass unchanged. */
import "server-only";
import { callGateway, GatewayUnreachable } from "./gateway";
import { UNREACHABLE } from "./outcome";
import { isJson, isOwnPage } from "./own-page";

const PASSED_BACK = ["content-type", "retry-after", "x-request-id", "server-timing"];
const MAX_BODY_BYTES = 64 * 1024;

/** Forwards what only an admin may ask: with the key that the request brings, and never with the page's own. */
export function forwardAsAdmin(request: Request, path: string): Promise<Response> {
  return forward(request, path, request.headers.get("x-api-key") ?? "");
}

export async function forward(request: Request, path: string, key?: string): Promise<Response> {
  if (!isOwnPage(request.headers)) {
    return problem(request, 403, "cross_site", "This address answers only to its own pages.");
  }
  const init: RequestInit = { method: request.method, signal: request.signal };
  if (request.method === "POST") {
    if (!isJson(request.headers)) {
      return problem(request, 415, "unsupported_media_type", "The body must be application/json.");
    }
    const body = await request.text();
    if (body.length > MAX_BODY_BYTES) return problem(request, 413, "too_large", "The body is too large.");
    init.body = body;
    init.headers = { "content-type": "application/json" };
  }
  try {
    const answer = await callGateway(path, init, key);
    return new Response(await answer.text(), { status: answer.status, headers: passedBack(answer.headers) });
  } catch (error) {
    if (!(error instanceof GatewayUnreachable)) throw error;
    return problem(request, 502, UNREACHABLE, error.message);
  }
}

function passedBack(from: Headers): Headers {
  const headers = new Headers({ "cache-control": "no-store" });
  for (const name of PASSED_BACK) {
    const value = from.get(name);
    if (value) headers.set(name, value);
  }
  return headers;
}

export function problem(request: Request, status: number, code: string, detail: string): Response {
  const body = {
    type: "about:blank",
    title: code.replaceAll("_", " "),
    status,
    detail,
    instance: new URL(request.url).pathname,
    code,
    request_id: crypto.randomUUID(),
    errors: [],
  };
  const headers = { "content-type": "application/problem+json", "cache-control": "no-store" };
  return new Response(JSON.stringify(body), { status, headers });
}
