import { userCookie } from "@/lib/current-user";
import { problem } from "@/lib/forward";
import { idFrom } from "@/lib/ids";
import { isOwnPage } from "@/lib/own-page";

/** The user forms' target when no script runs: keeps the id in the cookie, or forgets it, and goes on. */
export async function POST(request: Request): Promise<Response> {
  if (!isOwnPage(request.headers)) {
    return problem(request, 403, "cross_site", "This address answers only to its own pages.");
  }
  const form = await request.formData();
  if (form.has("forget")) return seeOther("/", null);
  const id = idFrom(String(form.get("user_id") ?? ""));
  return id === null ? seeOther("/?user=refused") : seeOther(`/users/${id}`, id);
}

function seeOther(location: string, userId?: number | null): Response {
  const headers = new Headers({ location });
  if (userId !== undefined) headers.set("set-cookie", userCookie(userId));
  return new Response(null, { status: 303, headers });
}
