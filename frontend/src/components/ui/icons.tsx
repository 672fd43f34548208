import type { ReactNode } from "react";

interface Props {
  className?: string;
}

/** An icon of lines, in the colour of the text. */
function Drawn({ className = "", children }: Props & { children: ReactNode }) {
  return (
    <svg
      viewBox="0 0 20 20"
      className={className}
      fill="none"
      stroke="currentColor"
      strokeWidth="2"
      aria-hidden="true"
    >
      {children}
    </svg>
  );
}

export function SearchIcon({ className = "" }: Props) {
  return (
    <Drawn className={className}>
      <circle cx="8.5" cy="8.5" r="5.5" />
      <path d="m13 13 4.5 4.5" strokeLinecap="round" />
    </Drawn>
  );
}

export function HeartIcon({ className = "" }: Props) {
  return (
    <svg viewBox="0 0 24 24" className={className} fill="currentColor" aria-hidden="true">
      <path d="M12 20.6 4.1 12.8a5.1 5.1 0 0 1 7.2-7.2l.7.7.7-.7a5.1 5.1 0 0 1 7.2 7.2z" />
    </svg>
  );
}

export function CrossIcon({ className = "" }: Props) {
  return (
    <Drawn className={className}>
      <path d="m5 5 10 10M15 5 5 15" strokeLinecap="round" />
    </Drawn>
  );
}

export function ChevronIcon({ className = "" }: Props) {
  return (
    <Drawn className={className}>
      <path d="m5 8 5 5 5-5" strokeLinecap="round" strokeLinejoin="round" />
    </Drawn>
  );
}
