/** Motifs of force and of the screen itself: war, action, documentary, drama, and anything else. */
import { at, type MotifProps, roll } from "./props";

export function Chevrons({ palette, dice }: MotifProps) {
  const tilt = roll(dice, 0, -8, 8);
  return (
    <g transform={`rotate(${tilt} 100 100)`}>
      {[0, 1, 2, 3].map((i) => (
        <path
          key={i}
          d={`M20 ${84 + i * 32}l80-52 80 52v20l-80-52-80 52z`}
          fill={i === 1 ? palette.accent : i === 2 ? palette.ink : palette.shade}
        />
      ))}
    </g>
  );
}

export function Burst({ palette, dice }: MotifProps) {
  const turn = roll(dice, 0, 0, 22);
  const [cx, cy] = [roll(dice, 1, 70, 130), roll(dice, 2, 86, 116)];
  const rays = Array.from({ length: 12 }, (_, i) => {
    const [a, b] = [at(cx, cy, 230, turn + i * 30), at(cx, cy, 230, turn + i * 30 + 14)];
    return `M${cx} ${cy}L${a.join(" ")}L${b.join(" ")}z`;
  });
  const spikes = Array.from({ length: 24 }, (_, i) => at(cx, cy, i % 2 ? 34 : 60, turn + i * 15).join(" "));
  return (
    <>
      <path d={rays.join("")} fill={palette.shade} />
      <path d={`M${spikes.join("L")}z`} fill={palette.accent} />
      <circle cx={cx} cy={cy} r="18" fill={palette.ink} />
    </>
  );
}

export function Frames({ palette, dice }: MotifProps) {
  const tilt = roll(dice, 0, -18, 18);
  return (
    <g transform={`rotate(${tilt} 100 100)`}>
      <rect x="36" y="-60" width="128" height="320" fill={palette.shade} />
      {[-1, 0, 1].map((i) => (
        <rect
          key={i}
          x="60"
          y={62 + i * 86}
          width="80"
          height="74"
          rx="3"
          fill={i === 0 ? palette.accent : palette.ground}
        />
      ))}
      {Array.from({ length: 15 }, (_, i) => i * 20 - 50).map((y) => (
        <path key={y} d={`M42 ${y}h10v11H42zM148 ${y}h10v11h-10z`} fill={palette.ground} />
      ))}
      <circle cx="100" cy="99" r="22" fill={palette.ink} />
    </g>
  );
}

export function Curtain({ palette, dice }: MotifProps) {
  const light = roll(dice, 0, 84, 116);
  return (
    <>
      <path d={`M${light} 20 40 200h120z`} fill={palette.accent} opacity=".9" />
      <path d="M0 0h200v16q-100 26-200 0z" fill={palette.shade} />
      {[0, 1, 2].map((i) => (
        <path
          key={i}
          d={`M${i * 18} 0q${26 - i * 6} 90 ${-i * 6} 200h-40V0zM${200 - i * 18} 0q${-26 + i * 6} 90 ${i * 6} 200h40V0z`}
          fill={palette.shade}
          opacity={0.55 + i * 0.15}
        />
      ))}
      <ellipse cx="100" cy="188" rx="62" ry="10" fill={palette.ink} />
      <circle cx="100" cy="128" r="11" fill={palette.ground} />
      <path d="M86 186q2-44 14-44t14 44z" fill={palette.ground} />
    </>
  );
}

export function Lamp({ palette, dice }: MotifProps) {
  const y = roll(dice, 0, 90, 110);
  return (
    <>
      <path d={`M30 ${y} 220 ${y - 70}v140z`} fill={palette.accent} opacity=".85" />
      <circle cx="46" cy={y} r="34" fill={palette.shade} />
      <circle cx="46" cy={y} r="18" fill={palette.ink} />
      <circle cx="46" cy={y} r="6" fill={palette.ground} />
    </>
  );
}
