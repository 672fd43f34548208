/** Five hollow stars, filled from the left. */
export function StarFill({ stars, isDraft = false }: { stars: number; isDraft?: boolean }) {
  return (
    <span className="relative block" aria-hidden="true">
      <span
        className="stars stars-empty block text-soft/85"
        style={{ clipPath: `inset(0 0 0 ${stars * 20}%)` }}
      />
      <span
        className={`stars stars-full absolute inset-0 block transition-[clip-path] duration-100 ${isDraft ? "text-glow/80" : "text-glow"}`}
        style={{ clipPath: `inset(0 ${100 - stars * 20}% 0 0)` }}
      />
    </span>
  );
}
