import { language } from "@/lib/format";
import type { MovieDetail } from "@/lib/types";

/** People, language, keywords and where to read on; rows without an answer are left out. */
export function MovieCredits({ movie }: { movie: MovieDetail }) {
  const rows: [string, string][] = [
    [(movie.directors ?? []).length > 1 ? "Directors" : "Director", (movie.directors ?? []).join(", ")],
    ["Cast", (movie.cast ?? []).slice(0, 10).join(", ")],
    ["Language", movie.original_language ? language(movie.original_language) : ""],
    ["Keywords", (movie.keywords ?? []).slice(0, 14).join(", ")],
  ];
  return (
    <dl className="mt-7 grid max-w-prose gap-x-6 gap-y-3 leading-relaxed sm:grid-cols-[7rem_1fr]">
      {rows
        .filter(([, value]) => value !== "")
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

function External({ href, children }: { href: string; children: string }) {
  return (
    <a href={href} className="font-semibold text-glow underline-offset-4 hover:underline">
      {children}
    </a>
  );
}
