import { linksIn } from "@/lib/facts";
import type { Reason } from "@/lib/types";
import { Sentence } from "./sentence";

/** A reason's sentence, set by its fact; plain where there is none. */
export function ReasonText({ reason }: { reason: Reason }) {
  return reason.fact ? <Sentence text={reason.text} links={linksIn(reason)} /> : reason.text;
}
