import { noticeFor } from "@/lib/rungs";
import type { RankMeta } from "@/lib/types";

const TONES = {
  cold: "border-bulb/50 bg-bulb/10",
  degraded: "border-minus/50 bg-minus/10",
};

/** Says in plain words when a list is less than it should be, and what is missing. */
export function RungNotice({ meta, userId }: { meta: RankMeta; userId: number }) {
  const notice = noticeFor(meta, userId);
  if (!notice) return null;
  return (
    <p
      role="status"
      data-testid={`${notice.tone}-banner`}
      data-rung={meta.rung}
      className={`mb-5 rounded-xl border px-4 py-3 leading-relaxed ${TONES[notice.tone]}`}
    >
      {notice.text}
    </p>
  );
}
