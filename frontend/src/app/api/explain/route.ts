import { forward } from "@/lib/forward";

export function POST(request: Request): Promise<Response> {
  return forward(request, "/v1/explain");
}
