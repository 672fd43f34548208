import { Empty } from "@/components/ui/empty";
import { TroublePanel } from "@/components/ui/trouble-panel";
import { RungNotice } from "@/components/users/rung-notice";
import { rank } from "@/lib/api";
import type { Blend } from "@/lib/together";
import { TogetherMovie } from "./together-movie";

/** The list of several people, as the API blends it. */
export async function TogetherList({ userIds, blend }: { userIds: readonly number[]; blend: Blend }) {
  const outcome = await rank({ user_ids: [...userIds], blend, k: 25 });
  if (!outcome.ok) return <TroublePanel trouble={outcome.trouble} what="This list" />;
  const { items, meta } = outcome.data;
  if (items.length === 0) return <Empty title="No movie fits">Nothing is left to show.</Empty>;
  const unknown = (items[0]?.people ?? []).filter((member) => member.rung === "cold");
  return (
    <section aria-label="Movies for all of them">
      {meta.rung !== "cold" && <RungNotice meta={meta} userId={userIds[0] ?? 0} />}
      {unknown.length > 0 && (
        <p role="status" className="mb-4 text-soft" data-testid="together-unknown">
          Nothing is known of {unknown.map((member) => `user ${member.user_id}`).join(" and ")}: what is
          popular stands in.
        </p>
      )}
      <ol className="grid gap-2.5 xl:grid-cols-2" data-testid="together-list">
        {items.map((card) => (
          <TogetherMovie key={card.movie_id} card={card} />
        ))}
      </ol>
    </section>
  );
}
