/** Motifs of lines and places: crime, thriller, action, drama, and a second one for science fiction and horror. */
import { type MotifProps, roll } from "./props";

export function Skyline({ palette, dice }: MotifProps) {
  const blocks = [0, 1, 2, 3, 4, 5].map((i) => ({ x: i * 34 - 2, top: roll(dice, i, 54, 124) }));
  return (
    <>
      <circle cx={roll(dice, 6, 50, 150)} cy="62" r="34" fill={palette.accent} />
      {blocks.map(({ x, top }) => (
        <g key={x}>
          <rect x={x} y={top} width="32" height="220" fill={palette.shade} />
          <path
            d={`M${x + 8} ${top + 14}h5v8h-5zM${x + 19} ${top + 30}h5v8h-5zM${x + 8} ${top + 46}h5v8h-5z`}
            fill={palette.accent}
          />
        </g>
      ))}
      <path d="M0 168h200v40H0z" fill={palette.ink} />
      <path d="M12 186h32m24 0h32m24 0h32m24 0h32" stroke={palette.ground} strokeWidth="4" />
    </>
  );
}

export function Stairs({ palette, dice }: MotifProps) {
  const flip = (dice[0] ?? 0) < 0.5 ? "" : "translate(200 0) scale(-1 1)";
  const steps = [0, 1, 2, 3, 4, 5, 6];
  return (
    <g transform={flip}>
      {steps.map((i) => (
        <path
          key={i}
          d={`M${i * 30 - 6} ${188 - i * 24}h240v28h-240z`}
          fill={i % 2 ? palette.shade : palette.ground}
        />
      ))}
      {steps.map((i) => (
        <path key={i} d={`M${i * 30 - 6} ${188 - i * 24}h30`} stroke={palette.accent} strokeWidth="4" />
      ))}
      <circle cx="46" cy={roll(dice, 1, 46, 66)} r="26" fill={palette.accent} />
      <path d="M148 44q0-14 9-14t9 14l-3 30h-12z" fill={palette.ink} />
    </g>
  );
}

export function Bolts({ palette, dice }: MotifProps) {
  const lean = roll(dice, 0, -10, 10);
  return (
    <g transform={`rotate(${lean} 100 100)`}>
      <path d="M-40 130 240 30v34L-40 164z" fill={palette.shade} />
      <path d="M-40 176 240 76v12L-40 188z" fill={palette.shade} />
      <path d="M122-10 52 108h42L70 214l84-130h-46l46-94z" fill={palette.accent} />
      <path d="M122-10 52 108h10l72-118z" fill={palette.ink} />
    </g>
  );
}

export function Horizon({ palette, dice }: MotifProps) {
  const [x, r] = [roll(dice, 0, 74, 126), roll(dice, 1, 40, 56)];
  const waves = [0, 1, 2, 3, 4, 5].map((i) => ({
    y: 128 + i * 13,
    half: roll(dice, i + 2, 18, r + 12 - i * 2),
  }));
  return (
    <>
      <circle cx={x} cy="114" r={r} fill={palette.accent} />
      <path d="M-10 118h220v100H-10z" fill={palette.shade} />
      {waves.map(({ y, half }) => (
        <path
          key={y}
          d={`M${x - half} ${y}h${half * 2}`}
          stroke={palette.accent}
          strokeWidth="4"
          strokeLinecap="round"
        />
      ))}
      <path d={`M${x > 100 ? 30 : 140} 122l4-26 20 26z`} fill={palette.ink} />
    </>
  );
}

export function Grid({ palette, dice }: MotifProps) {
  const x = roll(dice, 0, 80, 120);
  const rays = [-240, -150, -84, -36, 0, 36, 84, 150, 240];
  return (
    <>
      <circle cx={x} cy="98" r="52" fill={palette.accent} />
      <path
        d={`M${x - 60} 84h120M${x - 60} 96h120M${x - 60} 107h120`}
        stroke={palette.ground}
        strokeWidth="4"
      />
      <path d="M-10 118h220v120H-10z" fill={palette.ground} />
      <path
        d={`${rays.map((to) => `M${x} 118L${x + to} 208`).join("")}M0 118h200M0 127h200M0 141h200M0 162h200M0 192h200`}
        stroke={palette.shade}
        strokeWidth="3"
      />
    </>
  );
}

export function Moor({ palette, dice }: MotifProps) {
  const [x, bend] = [roll(dice, 0, 70, 130), roll(dice, 1, -14, 14)];
  return (
    <>
      <circle cx={x} cy="86" r="60" fill={palette.accent} />
      <path
        d={`M${96 + bend} 200q10-60-4-96l-34-30 30 16-10-44 20 40 26-52-14 62 40-24-40 44q-4 40 8 84z`}
        fill={palette.ground}
      />
      <path d="M-10 176q60-26 112-10t110-8v60H-10z" fill={palette.shade} />
      <path d="M34 174v-22m-8 7h16M164 166v-18m-7 6h14" stroke={palette.ink} strokeWidth="4" />
    </>
  );
}
