"""`marquee rolls`: ranking quality for known users and for newcomers at four cuts in time, beside baselines.

Known users have 5 or more ratings before the cut; the holdout is what they like in the tenth of the ratings after it.
Newcomers have 10 or more ratings in that tenth; the first half of them is revealed, and the holdout is what they like
in the rest. Each model is trained on the rows before its cut alone; holdout movies that nobody had rated by then count
as missed.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from marquee.arrays import BoolArray, IntArray
from marquee.errors import MarqueeError
from marquee.features.describe import described
from marquee.state.movie_table import MovieTable, RowArray
from marquee.state.ratings import Ratings
from marquee_cli.backtest import add_config_arguments, config_of, say, trainer_of
from marquee_cli.offline_data import read_offline_data
from marquee_cli.trained_run import TrainedRun
from trainer.baselines import best_rows
from trainer.config import TrainingConfig
from trainer.examples import Example, Kind, examples
from trainer.executor import HERE, Executor
from trainer.measures import DEPTH, RANKER, joined, measured, printable, summary
from trainer.sliced import printable_slices, sliced
from trainer.slices import movie_slices
from trainer.windows import Window, cut

CUTS = (0.6, 0.7, 0.8, 0.9)
LABEL_SHARE = 0.1
TITLES = {Kind.KNOWN_USER: "known users", Kind.NEWCOMER: "newcomers"}
EVERYONE = 1_000_000_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("--ratings", type=Path, required=True, help="ratings.csv")
    parser.add_argument("--movies", type=Path, required=True, help="movies.csv")
    parser.add_argument("--links", type=Path, help="links.csv, needed for --tmdb")
    parser.add_argument("--tmdb", type=Path, help="TMDB snapshot")
    parser.add_argument("--cuts", type=float, nargs="+", default=list(CUTS), help="shares of the rows to cut at")
    add_config_arguments(parser)
    parser.add_argument("--out", type=Path, help="JSON to write")


def run(args: argparse.Namespace) -> int:
    """Exit code 0, or 2 with one line that says what is wrong."""
    try:
        config = config_of(args)
        data = read_offline_data(args.ratings, args.movies, links=args.links, tmdb=args.tmdb, say=say)
        with trainer_of(args, n_ratings=len(data.ratings)) as executor:
            found = rolls(data.ratings, data.movies, cuts=args.cuts, config=config, executor=executor)
    except MarqueeError as error:
        sys.stderr.write(f"marquee rolls: {error}\n")
        return 2
    print(_page(found))
    if args.out:
        args.out.write_text(json.dumps(found, indent=2), encoding="utf-8")
    return 0


def rolls(
    ratings: Ratings,
    catalog: MovieTable,
    *,
    config: TrainingConfig,
    cuts: Sequence[float] = CUTS,
    executor: Executor = HERE,
) -> dict[str, Any]:
    """Each system's measures over the cuts and our paired difference to it, for each kind of user; and slices.

    Returns:
        JSON-ready: what `summary` gives by kind, and what `sliced` gives of both kinds together.
    """
    tables: list[pd.DataFrame] = []
    slices: dict[int, dict[str, BoolArray]] = {}
    for at, window in enumerate(cut(ratings, cuts, label_share=LABEL_SHARE), start=1):
        say(f"cut {at} of {len(cuts)}: training on {len(window.before)} ratings")
        run = TrainedRun.trained(
            window.before, catalog, config=config, progress=lambda text: say(f"  {text}"), executor=executor
        )
        for kind in Kind:
            chosen = [one for one in examples(window, kind, at_most=EVERYONE, seed=0) if len(one.liked)]
            knowing = run.knowing(_histories(window, chosen))
            ranked = [(one, _lists(knowing, one)) for one in chosen]
            tables.append(measured(ranked, run.movies.state, run.model.bundle.retrieval.terms, window=at))
        slices[at] = movie_slices(run.movies.state)
    lists = joined(tables)
    by_kind = {kind.value: summary(lists[lists["kind"] == kind.value], n_movies=len(catalog)) for kind in Kind}
    return by_kind | sliced(lists, slices, min_users=config.gate.min_slice_users)


def _histories(window: Window, chosen: Sequence[Example]) -> Ratings:
    """The histories of the examples, as the backtest's --history would hold them."""
    parts = [
        Ratings(np.full(len(one.history), one.user_id), one.history.movie_id, one.history.rating, one.history.rated_at)
        for one in chosen
    ]
    return Ratings.concat(window.before, *parts)


def _lists(run: TrainedRun, one: Example) -> Mapping[str, RowArray]:
    """Each system's first DEPTH catalogue rows."""
    ours: IntArray = run.rank(one.user_id, DEPTH).movie_id
    movies = run.movies.state
    known = described(run.model.bundle.retrieval, run.movies, run.state(one.user_id))
    return {RANKER: movies.catalog.rows(ours), **best_rows(known, movies, k=DEPTH)}


def _page(found: Mapping[str, Any]) -> str:
    """The summaries and the slices as tables for the terminal."""
    parts = [
        f"\n{TITLES[kind]}, {found[kind.value]['lists']} user-windows; nDCG@10 with 95 % bootstrap intervals\n"
        + printable(found[kind.value]).to_string()
        for kind in Kind
    ]
    slices = printable_slices(found).to_string() if found["slices"] else "none has enough users"
    left_out = ", ".join(f"{name} ({users})" for name, users in found["slices_left_out"].items())
    notes = [f"left out, with too few users: {left_out}"] if left_out else []
    return "\n".join([*parts, f"\nslices of both; a user counts once\n{slices}", *notes])
