import { bestReasons } from "@/lib/scores";
import type { RankedCard } from "@/lib/types";
import { MovieTile } from "./movie-tile";
import { ReasonText } from "./reason-text";

const ROW =
  "-mx-4 flex [&_article]:[content-visibility:visible] snap-x gap-4 overflow-x-auto scroll-px-4 px-4 pt-1 pb-4 sm:-mx-6 sm:scroll-px-6 sm:px-6 lg:-mx-10 lg:scroll-px-10 lg:px-10";
const PLACE = "w-36 shrink-0 snap-start sm:w-44";

interface Props {
  movies: readonly RankedCard[];
  testId?: string;
  headingLevel?: 2 | 3;
}

/** Tiles side by side, each with its first reason; the row scrolls, the page does not. All are laid out: they set its height. */
export function MovieRow({ movies, testId, headingLevel = 3 }: Props) {
  return (
    <ul className={ROW} data-testid={testId}>
      {movies.map((movie) => {
        const [first] = bestReasons(movie.reasons ?? [], 1);
        return (
          <li key={movie.movie_id} className={PLACE}>
            <MovieTile
              movie={movie}
              note={first && <ReasonText reason={first} />}
              headingLevel={headingLevel}
            />
          </li>
        );
      })}
    </ul>
  );
}
