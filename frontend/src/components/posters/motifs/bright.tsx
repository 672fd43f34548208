/** Light-hearted motifs: animation, children, comedy, musical, romance. */
import { type MotifProps, roll } from "./props";

export function Blobs({ palette, dice }: MotifProps) {
  return (
    <>
      <circle cx={roll(dice, 0, 40, 70)} cy={roll(dice, 1, 120, 150)} r="62" fill={palette.shade} />
      <circle cx={roll(dice, 2, 120, 150)} cy={roll(dice, 3, 70, 100)} r="54" fill={palette.accent} />
      <circle cx={roll(dice, 4, 60, 90)} cy="62" r="26" fill={palette.ink} />
      <circle cx="118" cy="88" r="10" fill="#fff" />
      <circle cx="150" cy="88" r="10" fill="#fff" />
      <circle cx="121" cy="90" r="4.5" fill="#1b1b1e" />
      <circle cx="153" cy="90" r="4.5" fill="#1b1b1e" />
      <path d="M118 112q16 16 32 0" fill="none" stroke="#1b1b1e" strokeWidth="5" strokeLinecap="round" />
    </>
  );
}

export function Balloons({ palette, dice }: MotifProps) {
  const [sway, lift] = [roll(dice, 0, -12, 12), roll(dice, 1, -8, 12)];
  const balloons: [number, number, number, string][] = [
    [62 + sway, 84 - lift, 32, palette.shade],
    [140 + sway, 78 + lift, 36, palette.ink],
    [100 + sway, 56, 40, palette.accent],
  ];
  return (
    <>
      {balloons.map(([x, y, r, fill]) => (
        <g key={fill}>
          <path
            d={`M${x} ${y + r}Q${x} 150 100 196`}
            fill="none"
            stroke={palette.ink}
            strokeWidth="1.6"
            opacity=".8"
          />
          <ellipse cx={x} cy={y} rx={r * 0.86} ry={r} fill={fill} />
          <path d={`M${x - 5} ${y + r + 5}l5-8 5 8z`} fill={fill} />
        </g>
      ))}
    </>
  );
}

export function Confetti({ palette, dice }: MotifProps) {
  const tilt = roll(dice, 0, -16, 16);
  const bits = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  return (
    <>
      {bits.map((i) => (
        <rect
          key={i}
          x={(i * 43) % 190}
          y={roll(dice, i, 4, 60) + (i % 3) * 58}
          width="12"
          height="5"
          fill={[palette.accent, palette.ink, palette.shade][i % 3]}
          transform={`rotate(${i * 37} ${(i * 43) % 190} ${roll(dice, i, 4, 60) + (i % 3) * 58})`}
        />
      ))}
      <g transform={`rotate(${tilt} 100 104)`}>
        <circle cx="100" cy="104" r="62" fill={palette.accent} />
        <circle cx="79" cy="90" r="7" fill={palette.ground} />
        <circle cx="121" cy="90" r="7" fill={palette.ground} />
        <path d="M64 112h72a36 36 0 0 1-72 0" fill={palette.ground} />
      </g>
    </>
  );
}

export function Notes({ palette, dice }: MotifProps) {
  const wave = roll(dice, 0, 14, 34);
  const heads = [1, 2, 3, 4].map((i) => ({ x: i * 44 - 18, y: roll(dice, i, 66, 130), isDark: i % 2 === 0 }));
  return (
    <>
      {[0, 1, 2, 3, 4].map((i) => (
        <path
          key={i}
          d={`M-10 ${72 + i * 18}q55 ${-wave} 110 0t110 0`}
          fill="none"
          stroke={palette.shade}
          strokeWidth="4"
        />
      ))}
      {heads.map(({ x, y, isDark }) => (
        <g key={x} transform={`translate(${x} ${y})`}>
          <path d="M12 0v-46l16 8" fill="none" stroke={palette.ink} strokeWidth="4" />
          <ellipse rx="14" ry="10" transform="rotate(-20)" fill={isDark ? palette.ink : palette.accent} />
        </g>
      ))}
    </>
  );
}

export function Rings({ palette, dice }: MotifProps) {
  const gap = roll(dice, 0, 26, 40);
  const y = roll(dice, 1, 90, 110);
  return (
    <>
      <circle cx={100 - gap} cy={y} r="58" fill={palette.shade} />
      <circle cx={100 + gap} cy={y} r="58" fill={palette.accent} />
      <clipPath id={`lens-${gap}-${y}`}>
        <circle cx={100 - gap} cy={y} r="58" />
      </clipPath>
      <circle cx={100 + gap} cy={y} r="58" fill={palette.ink} clipPath={`url(#lens-${gap}-${y})`} />
    </>
  );
}
