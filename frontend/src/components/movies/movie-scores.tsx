import { count, counted } from "@/lib/format";
import type { MovieDetail } from "@/lib/types";

/** What people gave it: our users in stars, TMDB's voters out of ten. */
export function MovieScores({ movie }: { movie: MovieDetail }) {
  const votes = movie.tmdb_vote_count ?? 0;
  return (
    <dl className="mb-6 flex flex-wrap gap-x-10 gap-y-4">
      {movie.rating_mean != null && (
        <Score
          label={counted(movie.rating_count ?? 0, "MovieLens rating")}
          value={movie.rating_mean.toFixed(1)}
          outOf="of 5 stars"
        />
      )}
      {movie.tmdb_vote_average != null && votes > 0 && (
        <Score
          label={`${count(votes)} TMDB votes`}
          value={movie.tmdb_vote_average.toFixed(1)}
          outOf="of 10"
        />
      )}
    </dl>
  );
}

function Score({ label, value, outOf }: { label: string; value: string; outOf: string }) {
  return (
    <div className="flex flex-col-reverse">
      <dt className="text-soft text-sm">{label}</dt>
      <dd>
        <span className="font-bold text-3xl tabular-nums">{value}</span>{" "}
        <span className="text-soft text-sm">{outOf}</span>
      </dd>
    </div>
  );
}
