import { userCookie } from "@/lib/current-user";
import { idFrom } from "@/lib/ids";

/** The user form's target when no script runs: keeps the id in the cookie and goes to that user's list. */
export async function POST(request: Request): Promise<Response> {
  const form = await request.formData();
  const id = idFrom(String(form.get("user_id") ?? ""));
  const headers = new Headers({ location: id === null ? "/" : `/users/${id}` });
  if (id !== null) headers.set("set-cookie", userCookie(id));
  return new Response(null, { status: 303, headers });
}
