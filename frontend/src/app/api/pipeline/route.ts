import { forward } from "@/lib/forward";

export function GET(request: Request): Promise<Response> {
  return forward(request, "/v1/pipeline");
}
