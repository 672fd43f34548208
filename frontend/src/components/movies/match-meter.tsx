/** How strong a match is beside the best of the list. */
export function MatchMeter({ percent }: { percent: number }) {
  return (
    <div
      className="flex shrink-0 items-center gap-2 pt-1 text-sm"
      role="img"
      aria-label={`Match ${percent} of 100, compared with the best of this list`}
      title="Compared with the best of this list, which is 100"
    >
      <span className="bar h-1.5 w-12 overflow-hidden max-sm:hidden rounded-full bg-line" aria-hidden="true">
        <span className="bar-fill block h-full rounded-full bg-glow" style={{ width: `${percent}%` }} />
      </span>
      <span className="font-semibold tabular-nums" aria-hidden="true">
        {percent} <span className="font-normal text-soft">match</span>
      </span>
    </div>
  );
}
