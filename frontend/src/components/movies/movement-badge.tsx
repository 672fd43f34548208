/** What the last rating did to a movie's place. */
export function MovementBadge({ moved }: { moved: number | "new" | undefined }) {
  if (moved === undefined || moved === 0) return null;
  const isUp = moved === "new" || moved > 0;
  const text = moved === "new" ? "New" : `${moved > 0 ? "▲" : "▼"} ${Math.abs(moved)}`;
  const spoken = moved === "new" ? "New in the list" : `${moved > 0 ? "Up" : "Down"} ${Math.abs(moved)}`;
  return (
    <span
      data-testid="movement"
      role="img"
      aria-label={spoken}
      className={`whitespace-nowrap rounded-full border border-transparent px-2 py-0.5 font-bold text-xs tabular-nums ${isUp ? "bg-bulb text-onbulb" : "bg-raised text-soft"}`}
    >
      {text}
    </span>
  );
}
