"""`marquee backtest`: train on one file of ratings with the trainer's code, rank with the ranker's, write the lists."""

import argparse
import csv
import os
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

from marquee.arrays import IntArray
from marquee.errors import MarqueeError, Misconfigured
from marquee_cli.offline_data import read_ids, read_offline_data
from marquee_cli.trained_run import TrainedRun
from ranker.ranking import Ranked
from trainer.config import TrainingConfig
from trainer.executor import Executor, executor_at
from trainer.processes import FROM_RATINGS, processes_of

MAX_K = 500
CLUSTER_WAIT_S = 60.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments; columns are MovieLens's."""
    parser.add_argument("--train", type=Path, required=True, help="ratings.csv to train on, all of it and nothing else")
    parser.add_argument("--movies", type=Path, required=True, help="movies.csv")
    parser.add_argument("--links", type=Path, help="links.csv, needed for --tmdb")
    parser.add_argument("--tmdb", type=Path, help="TMDB snapshot")
    parser.add_argument("--history", type=Path, help="ratings.csv of what is known when ranking but not when training")
    subjects = parser.add_mutually_exclusive_group(required=True)
    subjects.add_argument("--users", type=Path, help="user ids, one per line: rank movies for each")
    subjects.add_argument("--seeds", type=Path, help="movie ids, one per line: rank the movies most similar to each")
    parser.add_argument("--k", type=int, default=50, help=f"list length, 1 to {MAX_K}")
    parser.add_argument("--out", type=Path, required=True, help="CSV to write")
    add_config_arguments(parser)


def add_config_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments that decide how the model is trained."""
    parser.add_argument("--seed", type=int, default=0, help="of the training's draws; default: 0")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="another value of a hyper-parameter, such as retrieval.per_source=120; may be given several times",
    )
    parser.add_argument(
        "--processes", type=int, default=0, help="that share the training; default: one per core, four at most"
    )
    parser.add_argument(
        "--cluster", default="", help="a Dask scheduler to train on, such as tcp://127.0.0.1:8786; default: here"
    )


def config_of(args: argparse.Namespace) -> TrainingConfig:
    """The configuration that the arguments set.

    Raises:
        Misconfigured: a hyper-parameter does not exist or cannot have the value.
    """
    return TrainingConfig(seed=args.seed).with_settings(args.set)


def run(args: argparse.Namespace) -> int:
    """Exit code 0, or 2 with one line that says what is wrong."""
    try:
        _run(args)
    except MarqueeError as error:
        sys.stderr.write(f"marquee backtest: {error}\n")
        return 2
    return 0


def _run(args: argparse.Namespace) -> None:
    if not 1 <= args.k <= MAX_K:
        raise Misconfigured(f"--k must be 1 to {MAX_K}, got {args.k}")
    config = config_of(args)
    data = read_offline_data(args.train, args.movies, links=args.links, tmdb=args.tmdb, history=args.history, say=say)
    subjects = read_ids(args.users or args.seeds)
    with trainer_of(args, n_ratings=len(data.ratings)) as executor:
        trained = TrainedRun.trained(data.ratings, data.movies, config=config, progress=say, executor=executor)
    run = trained.knowing(data.history)
    header = "user_id" if args.users else "seed_movie_id"
    rows = _user_rows(run, subjects, args.k) if args.users else _seed_rows(run, subjects, args.k)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    with args.out.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([header, "rank", "movie_id", "score"])
        writer.writerows(rows)
    say(f"{len(subjects)} lists written to {args.out}")


def trainer_of(args: argparse.Namespace, *, n_ratings: int) -> AbstractContextManager[Executor]:
    """Where the arguments let the model be trained; no process is forked for ratings that one trains on in seconds."""
    n_processes = processes_of(args.processes, cores=len(os.sched_getaffinity(0))) if n_ratings >= FROM_RATINGS else 1
    return executor_at(args.cluster, wait_s=CLUSTER_WAIT_S, progress=say, n_processes=n_processes)


def _user_rows(run: TrainedRun, users: IntArray, k: int) -> Iterator[tuple[int, int, int, float]]:
    for user_id in users:
        ranked = run.rank(int(user_id), k)
        yield from _rows(int(user_id), ranked)


def _seed_rows(run: TrainedRun, seeds: IntArray, k: int) -> Iterator[tuple[int, int, int, float]]:
    for movie_id in seeds:
        try:
            found = run.similar(int(movie_id), k)
        except KeyError:
            say(f"movie {movie_id} is not in the catalogue; no list for it")
            continue
        yield from _rows(int(movie_id), found)


def _rows(subject: int, found: Ranked) -> Iterator[tuple[int, int, int, float]]:
    for rank, (movie_id, score) in enumerate(zip(found.movie_id, found.score, strict=True), start=1):
        yield subject, rank, int(movie_id), round(float(score), 6)


def say(text: str) -> None:
    """Progress goes to stderr; stdout stays the caller's."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
