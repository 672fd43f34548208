import { forward, problem } from "@/lib/forward";
import { idFrom } from "@/lib/ids";

interface Context {
  params: Promise<{ id: string; movieId: string }>;
}

export const GET = passOn;
export const DELETE = passOn;

async function passOn(request: Request, { params }: Context): Promise<Response> {
  const { id, movieId } = await params;
  const [user, movie] = [idFrom(id), idFrom(movieId)];
  if (user === null || movie === null) {
    return problem(request, 404, "not_found", "User and movie ids are whole numbers from 1.");
  }
  return forward(request, `/v1/users/${user}/ratings/${movie}`);
}
