import Link from "next/link";
import type { Theme } from "@/lib/theme";
import { ThemeSwitch } from "./theme-switch";
import { TmdbMark } from "./tmdb-mark";

export function Footer({ theme }: { theme: Theme }) {
  return (
    <footer className="border-line border-t bg-panel text-soft text-sm">
      <div className="mx-auto grid w-full max-w-[88rem] gap-6 min-[100rem]:max-w-[114rem] px-4 py-10 sm:px-6 md:grid-cols-2 lg:px-10">
        <p className="max-w-prose leading-relaxed">
          Ratings: <strong className="text-text">MovieLens</strong>, GroupLens Research. F. Maxwell Harper and
          Joseph A. Konstan. 2015. The MovieLens Datasets: History and Context. <cite>ACM TiiS</cite> 5, 4:
          19:1–19:19.{" "}
          <a className="underline hover:text-text" href="https://doi.org/10.1145/2827872">
            doi.org/10.1145/2827872
          </a>
        </p>
        <div className="flex flex-wrap items-start gap-x-6 gap-y-4 md:justify-end">
          <Link href="/pipeline" prefetch={false} className="rounded-sm underline hover:text-text">
            The pipeline, now
          </Link>
          <Link href="/models" prefetch={false} className="rounded-sm underline hover:text-text">
            The models
          </Link>
          <ThemeSwitch initial={theme} />
          <TmdbMark />
          <p className="max-w-xs leading-relaxed">
            This product uses the TMDB API but is not endorsed or certified by TMDB.
          </p>
        </div>
      </div>
    </footer>
  );
}
