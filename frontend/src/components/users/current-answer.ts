/** Asking for a user's list until it knows of everything that was done in this tab. */
import { fetchProfile, isAbort, rerank } from "@/lib/browser";
import { givenBy, reflects } from "@/lib/given";
import { rankRequest } from "@/lib/settings";
import type { Ranking, RankRequest, Receipt, UserProfile } from "@/lib/types";
import { overridesOf } from "@/lib/what-if";
import type { RankingState } from "./ranking-state";

/** How long to wait before each look whether the list knows of what was done. The first one waits for the receipt. */
export const LOOKS_MS = [0, 200, 400, 650, 900, 900];
/** And after that, when somebody has been told that it takes longer. */
export const LATE_LOOKS_MS = [1_500, 3_000, 5_000, 8_000];

type Asked = Pick<RankingState, "settings" | "whatIf">;

export function requestOf({ settings, whatIf }: Asked, userId: number): RankRequest {
  return { ...rankRequest(userId, settings), ...(whatIf.size > 0 && { overrides: overridesOf(whatIf) }) };
}

/** The first list and profile that know of every rating given here; null when none do in time. */
export async function currentAnswer(
  asked: Asked,
  userId: number,
  looks: readonly number[],
  signal: AbortSignal,
  after: readonly Receipt[],
): Promise<{ ranking: Ranking; profile: UserProfile | null } | null> {
  for (const wait of looks) {
    await pause(wait, signal);
    // The ranking waits until what the receipts name is applied; the profile, read after it, then has it too.
    const ranking = await rerank({ ...requestOf(asked, userId), after: [...after] }, signal);
    const read = await fetchProfile(userId, signal);
    const profile = read.ok ? read.data : null;
    if (ranking.ok && reflects(givenBy(userId), ranking.data, profile))
      return { ranking: ranking.data, profile };
  }
  return null;
}

export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(new DOMException("replaced by a newer request", "AbortError"));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}

/** Lets work end quietly that something newer replaced. */
export async function unlessAborted(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isAbort(error)) throw error;
  }
}
