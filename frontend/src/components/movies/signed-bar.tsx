interface Props {
  value: number;
  /** The largest size any bar of the group has. */
  widest: number;
}

/** A bar from the middle: right for what adds, left for what takes away. */
export function SignedBar({ value, widest }: Props) {
  const percent = (Math.abs(value) / widest) * 50;
  const side = value < 0 ? { right: "50%" } : { left: "50%" };
  return (
    <span className="bar relative block h-3 rounded-sm bg-raised">
      <span
        className={`absolute inset-y-0 rounded-sm ${value < 0 ? "bar-minus bg-minus" : "bar-fill bg-plus"}`}
        style={{ ...side, width: `${percent}%` }}
      />
      <span className="absolute bar-fill inset-y-[-3px] left-1/2 w-px bg-soft" />
    </span>
  );
}
