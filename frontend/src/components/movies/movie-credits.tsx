import Link from "next/link";
import { Fragment, type ReactNode } from "react";
import { language } from "@/lib/format";
import type { MovieDetail } from "@/lib/types";
import { personHref, themeHref } from "@/lib/typeset";

/** People, language, themes and where to read on; rows without an answer are left out. */
export function MovieCredits({ movie }: { movie: MovieDetail }) {
  const directors = movie.directors ?? [];
  const cast = (movie.cast ?? []).slice(0, 10);
  const themes = (movie.keywords ?? []).slice(0, 14);
  const rows: [string, ReactNode][] = [
    [
      directors.length > 1 ? "Directors" : "Director",
      directors.length > 0 && <Names names={directors} hrefOf={personHref} />,
    ],
    ["Cast", cast.length > 0 && <Names names={cast} hrefOf={personHref} />],
    ["Language", movie.original_language && language(movie.original_language)],
    ["Themes", themes.length > 0 && <Names names={themes} hrefOf={themeHref} />],
  ];
  return (
    <dl className="mt-2 grid max-w-prose gap-x-6 gap-y-3 leading-relaxed sm:grid-cols-[7rem_1fr]">
      {rows
        .filter(([, value]) => Boolean(value))
        .map(([label, value]) => (
          <div key={label} className="sm:contents">
            <dt className="text-soft">{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      <div className="sm:contents">
        <dt className="text-soft">Read on</dt>
        <dd className="flex flex-wrap gap-x-5">
          {movie.tmdb_id != null && movie.tmdb_status !== "not_found" && (
            <External href={`https://www.themoviedb.org/movie/${movie.tmdb_id}`}>TMDB</External>
          )}
          {movie.imdb_id && <External href={`https://www.imdb.com/title/${movie.imdb_id}/`}>IMDb</External>}
          <External href={`https://movielens.org/movies/${movie.movie_id}`}>MovieLens</External>
        </dd>
      </div>
    </dl>
  );
}

function Names({ names, hrefOf }: { names: readonly string[]; hrefOf: (name: string) => string }) {
  return names.map((name, place) => (
    <Fragment key={name}>
      {place > 0 && ", "}
      <Link
        href={hrefOf(name)}
        prefetch={false}
        className="rounded-sm underline decoration-soft/60 underline-offset-3 hover:decoration-current"
      >
        {name}
      </Link>
    </Fragment>
  ));
}

function External({ href, children }: { href: string; children: string }) {
  return (
    <a href={href} className="font-semibold text-glow underline-offset-4 hover:underline">
      {children}
    </a>
  );
}
