import Link from "next/link";

/** The name as a cinema would hang it: letters between two rows of bulbs. */
export function Wordmark() {
  return (
    <Link
      prefetch={false}
      href="/"
      className="group block shrink-0 rounded-md px-1 py-0.5"
      aria-label="Marquee, home"
    >
      <span className="bulbs block h-1.5" />
      <span className="block py-0.5 font-black text-[1.05rem] text-glow uppercase leading-none tracking-[0.18em]">
        Marquee
      </span>
      <span className="bulbs block h-1.5" />
    </Link>
  );
}
