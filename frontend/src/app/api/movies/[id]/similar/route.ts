import { forward, problem } from "@/lib/forward";
import { idFrom } from "@/lib/ids";

export async function GET(
  request: Request,
  { params }: { params: Promise<{ id: string }> },
): Promise<Response> {
  const id = idFrom((await params).id);
  if (id === null) return problem(request, 404, "not_found", "A movie id is a whole number from 1.");
  return forward(request, `/v1/movies/${id}/similar${new URL(request.url).search}`);
}
