import { type NextRequest, NextResponse } from "next/server";
import { readEnv } from "@/lib/env";
import { idFrom } from "@/lib/ids";

/** Gives each page its content security policy; Next puts the nonce on the scripts it writes. */
export function proxy(request: NextRequest): NextResponse {
  const nonce = btoa(crypto.randomUUID());
  const csp = policy(nonce, readEnv().imageOrigin, process.env.NODE_ENV === "development");
  const headers = new Headers(request.headers);
  headers.set("x-nonce", nonce);
  headers.set("content-security-policy", csp);
  const response = isImpossible(request.nextUrl.pathname)
    ? NextResponse.rewrite(new URL(NOWHERE, request.url), { request: { headers } })
    : NextResponse.next({ request: { headers } });
  response.headers.set("content-security-policy", csp);
  response.headers.set("referrer-policy", "strict-origin-when-cross-origin");
  response.headers.set("x-content-type-options", "nosniff");
  return response;
}

const NOWHERE = "/nowhere";

/**
 * Whether an address names a movie or a user by what is no id. Next writes a page for an address that no route matches,
 * but for `notFound()` an empty one that a script fills (vercel/next.js#62228): nothing without script.
 */
function isImpossible(pathname: string): boolean {
  const id = /^\/(?:movies|users)\/([^/]+)/.exec(pathname)?.[1];
  return id !== undefined && idFrom(id) === null;
}

function policy(nonce: string, imageOrigin: string, isDevelopment: boolean): string {
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${isDevelopment ? " 'unsafe-eval'" : ""}`,
    "style-src 'self' 'unsafe-inline'", // drawn posters and score bars carry style attributes
    `img-src 'self' data: ${imageOrigin}`,
    "font-src 'self'",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
}

export const config = { matcher: ["/((?!_next/static|api/|icon.svg).*)"] };
