import { counted } from "@/lib/format";
import type { Affinity } from "@/lib/types";

/** What was liked how often, as bars. */
export function AffinityBars({ title, items }: { title: string; items: readonly Affinity[] }) {
  if (items.length === 0) return null;
  const most = Math.max(...items.map((item) => item.liked), 1);
  return (
    <section>
      <h3 className="mb-2.5 font-semibold text-sm">{title}</h3>
      <ul className="space-y-2">
        {items.map((item) => (
          <li key={item.name} className="text-sm">
            <div className="flex justify-between gap-3">
              <span className="truncate">{item.name}</span>
              <span className="shrink-0 text-soft tabular-nums">
                {item.mean_rating.toFixed(1)}
                <span aria-hidden="true"> ★</span>
                <span className="sr-only"> stars on average, {counted(item.liked, "movie")} liked</span>
              </span>
            </div>
            <div className="bar mt-1 h-1 rounded-full bg-raised" aria-hidden="true">
              <div
                className="bar-fill h-full rounded-full bg-glow"
                style={{ width: `${(item.liked / most) * 100}%` }}
              />
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
