import { forwardAsAdmin, problem } from "@/lib/forward";

const ACTIONS = ["promote", "rollback"];

export async function POST(
  request: Request,
  { params }: { params: Promise<{ version: string; action: string }> },
): Promise<Response> {
  const { version, action } = await params;
  if (!ACTIONS.includes(action)) return problem(request, 404, "not_found", "There is no such action.");
  return forwardAsAdmin(request, `/v1/models/${encodeURIComponent(version)}/${action}`);
}
