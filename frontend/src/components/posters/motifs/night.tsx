/** Dark motifs: horror, film noir, crime, thriller, mystery. */
import { at, type MotifProps, roll } from "./props";

export function Fangs({ palette, dice }: MotifProps) {
  const teeth = [0, 1, 2, 3, 4, 5, 6].map((i) => roll(dice, i, 34, 74));
  const upper = teeth.map((h, i) => `L${i * 30 + 5} ${50 + h}L${i * 30 + 20} 52`).join("");
  const lower = teeth.map((h, i) => `L${i * 30 - 10} ${178 - h * 0.7}L${i * 30 + 5} 176`).join("");
  return (
    <>
      <rect y="40" width="200" height="146" fill={palette.accent} />
      <circle cx="100" cy="118" r={roll(dice, 7, 12, 20)} fill={palette.ground} />
      <path d={`M-10 0V52${upper}L210 52V0z`} fill={palette.shade} />
      <path d={`M-20 200V176${lower}L220 176V200z`} fill={palette.shade} />
    </>
  );
}

export function Blinds({ palette, dice }: MotifProps) {
  const lean = roll(dice, 0, -14, 14);
  return (
    <g transform={`rotate(${lean} 100 100)`}>
      <circle cx={roll(dice, 1, 70, 130)} cy="100" r="70" fill={palette.accent} />
      {Array.from({ length: 15 }, (_, i) => i * 18 - 30).map((y) => (
        <rect key={y} x="-60" y={y} width="320" height="9" fill={palette.ground} />
      ))}
      <rect x="-60" y="-40" width="66" height="300" fill={palette.shade} opacity=".6" />
    </g>
  );
}

export function Target({ palette, dice }: MotifProps) {
  const [x, y] = [roll(dice, 0, 76, 124), roll(dice, 1, 84, 116)];
  return (
    <>
      <path d="M0 0h86L0 150z" fill={palette.shade} />
      <path d="M200 200h-86l86-150z" fill={palette.shade} />
      {[70, 50, 30].map((r, i) => (
        <circle
          key={r}
          cx={x}
          cy={y}
          r={r}
          fill="none"
          stroke={i === 1 ? palette.ink : palette.accent}
          strokeWidth="8"
        />
      ))}
      <circle cx={x} cy={y} r="10" fill={palette.accent} />
      <path d={`M${x} 0V200M0 ${y}H200`} stroke={palette.ink} strokeWidth="2" />
    </>
  );
}

export function Spiral({ palette, dice }: MotifProps) {
  const start = roll(dice, 0, 0, 360);
  const points = Array.from({ length: 241 }, (_, i) => at(100, 102, 4 + i * 0.367, start + i * 6).join(" "));
  return (
    <>
      <circle cx="100" cy="102" r="94" fill={palette.shade} />
      <path
        d={`M${points.join("L")}`}
        fill="none"
        stroke={palette.accent}
        strokeWidth="7"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
      <circle cx="100" cy="102" r="9" fill={palette.ink} />
    </>
  );
}

export function Keyhole({ palette, dice }: MotifProps) {
  const eye = roll(dice, 0, 92, 108);
  return (
    <>
      <path
        d="M100 92-20-10H40zM100 92 220-10h-60zM100 92-20 210h60zM100 92l120 118h-60z"
        fill={palette.shade}
      />
      <circle cx="100" cy="82" r="44" fill={palette.accent} />
      <path d="m88 106-20 84h64l-20-84z" fill={palette.accent} />
      <path d="M68 82q32-30 64 0-32 30-64 0" fill={palette.ink} />
      <circle cx={eye} cy="82" r="11" fill={palette.ground} />
    </>
  );
}
