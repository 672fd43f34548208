import { forward } from "@/lib/forward";

const KNOWN = ["q", "genre", "year_min", "year_max", "page_size", "page_token"];

export function GET(request: Request): Promise<Response> {
  const asked = new URL(request.url).searchParams;
  const query = new URLSearchParams(
    KNOWN.flatMap((name) => (asked.get(name) ? [[name, asked.get(name) ?? ""]] : [])),
  );
  return forward(request, `/v1/search?${query}`);
}
