/** The server's settings, read from the environment at run time; a wrong one stops the start (instrumentation.ts). */

export interface Env {
  gatewayUrl: string;
  timeoutMs: number;
  /** Sent to the gateway, never to the browser; empty where the gateway is open. */
  apiKey: string;
  /** Where posters come from, as a content security policy names it. */
  imageOrigin: string;
}

const DEFAULTS = {
  gatewayUrl: "http://127.0.0.1:8000",
  timeoutMs: 5_000,
  imageBase: "https://image.tmdb.org/t/p",
};

/** Raises an Error with one clear line when a variable cannot be used. */
export function readEnv(source: Record<string, string | undefined> = process.env): Env {
  return {
    gatewayUrl: httpAddress("MARQUEE_GATEWAY_URL", source.MARQUEE_GATEWAY_URL || DEFAULTS.gatewayUrl),
    timeoutMs: milliseconds("MARQUEE_GATEWAY_TIMEOUT_MS", source.MARQUEE_GATEWAY_TIMEOUT_MS),
    apiKey: apiKey(source.MARQUEE_API_KEY),
    imageOrigin: imageOrigin(source.MARQUEE_IMAGE_BASE),
  };
}

/** The gateway reads the same variable for the posters' addresses. */
function imageOrigin(value: string | undefined): string {
  return new URL(httpAddress("MARQUEE_IMAGE_BASE", value || DEFAULTS.imageBase)).origin;
}

function httpAddress(name: string, value: string): string {
  if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol)) {
    throw new Error(`${name} must be an http(s) address, got "${value}"`);
  }
  return value.replace(/\/+$/, "");
}

function apiKey(value = ""): string {
  if (!/^[\x21-\x7e]*$/.test(value))
    throw new Error("MARQUEE_API_KEY must be printable ASCII without blanks");
  return value;
}

function milliseconds(name: string, value: string | undefined): number {
  if (!value) return DEFAULTS.timeoutMs;
  const ms = Number(value);
  if (!Number.isInteger(ms) || ms < 100 || ms > 60_000) {
    throw new Error(`${name} must be a whole number from 100 to 60000, got "${value}"`);
  }
  return ms;
}
