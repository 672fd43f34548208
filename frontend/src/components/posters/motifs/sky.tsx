/** Motifs with a horizon or a heaven: science fiction, western, adventure, fantasy. */
import { at, type MotifProps, roll } from "./props";

export function Orbit({ palette, dice }: MotifProps) {
  const tilt = roll(dice, 0, -35, 35);
  const stars = [0, 1, 2, 3, 4, 5, 6, 7].map((i) => at(100, 100, roll(dice, i, 55, 118), i * 47 + 20));
  return (
    <>
      {stars.map(([x, y]) => (
        <circle key={`${x},${y}`} cx={x} cy={y} r="1.6" fill={palette.ink} opacity=".8" />
      ))}
      <g transform={`rotate(${tilt} 100 100)`}>
        <ellipse cx="100" cy="100" rx="88" ry="25" fill="none" stroke={palette.shade} strokeWidth="5" />
        <circle cx="100" cy="100" r="48" fill={palette.accent} />
        <path d="M60 74a48 48 0 0 0 80 0 48 48 0 0 1-80 0" fill={palette.ground} opacity=".28" />
        <path d="M12 100a88 25 0 0 0 176 0" fill="none" stroke={palette.ink} strokeWidth="5" />
        <circle cx="174" cy="113" r="7" fill={palette.ink} />
      </g>
    </>
  );
}

export function Mesa({ palette, dice }: MotifProps) {
  const sun = roll(dice, 0, 70, 130);
  return (
    <>
      <circle cx={sun} cy="92" r="46" fill={palette.accent} />
      {[104, 113, 122, 131].map((y, i) => (
        <rect key={y} x="0" y={y} width="200" height={2 + i} fill={palette.ground} />
      ))}
      <path d="M0 150h22l8-44h34l6 44h46l7-66h32l9 66h36v50H0z" fill={palette.shade} />
      <path d="M0 168q50-14 100-4t100-6v42H0z" fill={palette.ink} opacity=".9" />
    </>
  );
}

export function Peaks({ palette, dice }: MotifProps) {
  const sun = roll(dice, 0, 45, 155);
  const left = roll(dice, 1, 30, 60);
  return (
    <>
      <circle cx={sun} cy={roll(dice, 2, 45, 75)} r={roll(dice, 3, 20, 32)} fill={palette.accent} />
      <path d={`M-20 170 ${left} 82l52 88z`} fill={palette.shade} opacity=".75" />
      <path d="M40 178 124 46l86 132z" fill={palette.shade} />
      <path d="m124 46 31 48-17-5-13 13-12-12-18 6z" fill={palette.ink} />
      <path d="M-10 200q40-46 92-30t128-4v40z" fill={palette.accent} opacity=".9" />
    </>
  );
}

export function Towers({ palette, dice }: MotifProps) {
  const moon = roll(dice, 0, 46, 150);
  return (
    <>
      <circle cx={moon} cy="56" r="28" fill={palette.accent} />
      <circle cx={moon + 12} cy="48" r="24" fill={palette.ground} />
      <path
        d="M18 200V128l14-30 14 30v22h18V92l18-46 18 46v44h20v-28l15-34 15 34v42h14v-18l12-24 12 24v68z"
        fill={palette.shade}
      />
      {[32, 82, 135, 176].map((x, i) => (
        <rect
          key={x}
          x={x - 3}
          y={[136, 100, 118, 144][i]}
          width="6"
          height="13"
          rx="3"
          fill={palette.accent}
        />
      ))}
      <path d="M0 186q60-22 110-8t90-6v30H0z" fill={palette.ink} opacity=".92" />
    </>
  );
}
