"""`marquee synth`: MovieLens files of a made-up world, for tests and for scale. The same seed gives the same files."""

import argparse
import csv
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv

from marquee.arrays import IntArray
from marquee.contracts.events import NO_GENRES
from marquee_cli.synth_world import GENRES, Rated, SyntheticWorld, make_world, rate

_ADJECTIVES = (
    "Silent Golden Last Broken Crimson Hidden Lonely Midnight Electric Distant Burning Paper Winter Secret Wild "
    "Perfect Savage Gentle Forgotten Endless Hollow Velvet Iron Lucky Strange Blue Restless Quiet Shattered Northern"
)
_NOUNS = (
    "Harbor Garden Empire Stranger River Letter Kingdom Mirror Summer Road Witness Storm Circus Detective Machine "
    "Island Promise Shadow Orchestra Station Fortune Bridge Dancer Planet Hunter Diary Horizon Alley Wedding Valley"
)
ADJECTIVES, NOUNS = _ADJECTIVES.split(), _NOUNS.split()
NO_YEAR_EVERY = 500  # some titles of MovieLens lack the year
FIRST_IMDB_ID = 90_000_000  # far from real ids; there are no TMDB ids, so that TMDB is not queried


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--users", type=int, default=600, help="default: 600")
    parser.add_argument("--movies", type=int, default=9_000, help="default: 9000")
    parser.add_argument("--ratings", type=int, default=100_000, help="exact number of ratings; default: 100000")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same files; default: 1")
    parser.add_argument("--out", type=Path, required=True, help="directory for movies.csv, ratings.csv and links.csv")


def run(args: argparse.Namespace) -> int:
    """Exit code 0: files written. 1: impossible; one line on standard error says why."""
    started = time.perf_counter()
    if min(args.users, args.movies, args.ratings) < 1:
        print("synth: users, movies and ratings must be at least 1", file=sys.stderr)
        return 1
    rng = np.random.default_rng(args.seed)
    world = make_world(rng, users=args.users, movies=args.movies)
    try:
        rated = rate(rng, world, args.ratings)
        args.out.mkdir(parents=True, exist_ok=True)
        write(args.out, world, rated)
    except (ValueError, OSError) as error:
        print(f"synth: {error}", file=sys.stderr)
        return 1
    taken_s = time.perf_counter() - started
    print(f"{args.out}: {args.ratings:,} ratings by {args.users:,} users of {args.movies:,} movies in {taken_s:.1f} s")
    return 0


def write(out: Path, world: SyntheticWorld, rated: Rated) -> None:
    """Write the three files, with ids from 1, and their latent structure: latent_users.csv and latent_movies.csv."""
    movie_id = range(1, len(world.year) + 1)
    _write(out / "movies.csv", ("movieId", "title", "genres"), movie_id, _titles(world.year), _genre_texts(world))
    imdb_id = [f"{FIRST_IMDB_ID + at:08d}" for at in movie_id]
    _write(out / "links.csv", ("movieId", "imdbId", "tmdbId"), movie_id, imdb_id, [""] * len(movie_id))
    users = ("userId", "clusterBefore", "clusterAfter")
    _write(out / "latent_users.csv", users, range(1, len(world.bias) + 1), *world.cluster.T.tolist())
    movies = ("movieId", "quality", "popularity", *(f"fit{cluster}" for cluster in range(len(world.fit))))
    columns = [world.quality.tolist(), world.popularity.tolist(), *world.fit.tolist()]
    _write(out / "latent_movies.csv", movies, movie_id, *columns)
    _write_ratings(out / "ratings.csv", rated)


def _write(path: Path, header: Sequence[str], *columns: Iterable[object]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(zip(*columns, strict=True))


def _write_ratings(path: Path, rated: Rated) -> None:
    stars = pa.array([f"{half / 2:.1f}" for half in range(11)]).take(pa.array(rated.half_stars))
    table = pa.table({"userId": rated.user + 1, "movieId": rated.movie + 1, "rating": stars, "timestamp": rated.at_s})
    with path.open("wb") as file:
        file.write((",".join(table.column_names) + "\n").encode())
        arrow_csv.write_csv(table, file, arrow_csv.WriteOptions(include_header=False, quoting_style="none"))


def _titles(year: IntArray) -> list[str]:
    """Titles as MovieLens writes them, e.g. "Silent Harbor, The (1999)"; numbered when the names repeat."""
    titles = []
    for at, released in enumerate(year.tolist()):
        round_number, name = divmod(at, len(ADJECTIVES) * len(NOUNS))
        title = f"{ADJECTIVES[name % len(ADJECTIVES)]} {NOUNS[name // len(ADJECTIVES)]}"
        title += f" {round_number + 1}" if round_number else ""
        title += ", The" if at % 3 == 0 else ""
        title += "" if at % NO_YEAR_EVERY == NO_YEAR_EVERY - 1 else f" ({released})"
        titles.append(title)
    return titles


def _genre_texts(world: SyntheticWorld) -> list[str]:
    names = np.array(GENRES)
    return ["|".join(names[row]) or NO_GENRES for row in world.genres]
