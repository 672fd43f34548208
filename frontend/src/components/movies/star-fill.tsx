import { StarIcon } from "@/components/ui/icons";

/** Five hollow stars, filled from the left. Larger under a finger than under a mouse. */
export function StarFill({ stars, isDraft = false }: { stars: number; isDraft?: boolean }) {
  return (
    <span className="relative block" aria-hidden="true">
      <Row className="stars-empty text-soft/85" clip={`inset(0 0 0 ${stars * 20}%)`} />
      <Row
        className={`stars-full absolute inset-0 transition-[clip-path] duration-100 ${isDraft ? "text-glow/80" : "text-glow"}`}
        clip={`inset(0 ${100 - stars * 20}% 0 0)`}
      />
    </span>
  );
}

function Row({ className, clip }: { className: string; clip: string }) {
  return (
    <span className={`flex ${className}`} style={{ clipPath: clip }}>
      {[1, 2, 3, 4, 5].map((i) => (
        <StarIcon key={i} className="aspect-square w-1/5 p-0.5 pointer-coarse:p-1" />
      ))}
    </span>
  );
}
