"""`marquee rolls`: ranking quality for known users and for newcomers at four cuts in time, beside baselines.

Known users have 5 or more ratings before the cut; to find is what they like in the tenth of the ratings after it.
Newcomers have 10 or more ratings in that tenth; the first half of them is revealed, what they like in the rest is to
be found. Each model is trained on the rows before its cut alone; movies that nobody had rated by then count as missed.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from marquee.arrays import IntArray
from marquee.errors import MarqueeError
from marquee.features.describe import described
from marquee.state.movie_table import MovieTable, RowArray
from marquee.state.ratings import Ratings
from marquee_cli.backtest import say
from marquee_cli.files import read_catalog, read_ratings
from marquee_cli.trained_run import TrainedRun
from trainer.baselines import best_rows
from trainer.evaluate import bootstrap, ndcg_at, recall_at
from trainer.examples import Example, Kind, examples
from trainer.windows import Window, cut

CUTS = (0.6, 0.7, 0.8, 0.9)
OURS = "marquee"
K, DEPTH = 10, 50
TITLES = {Kind.KNOWN_USER: "known users", Kind.NEWCOMER: "newcomers"}
EVERYONE = 1_000_000_000


@dataclass(slots=True)
class Pooled:
    """Values of one system and kind of user, one per user and window."""

    ndcg: list[float] = field(default_factory=list)
    recall: list[float] = field(default_factory=list)
    popularity: list[float] = field(default_factory=list)
    coverage: list[float] = field(default_factory=list)  # one per window


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("--ratings", type=Path, required=True, help="ratings.csv")
    parser.add_argument("--movies", type=Path, required=True, help="movies.csv")
    parser.add_argument("--links", type=Path, help="links.csv, needed for --tmdb")
    parser.add_argument("--tmdb", type=Path, help="TMDB snapshot")
    parser.add_argument("--cuts", type=float, nargs="+", default=list(CUTS), help="shares of the rows to cut at")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, help="JSON to write")


def run(args: argparse.Namespace) -> int:
    """Exit code 0, or 2 with one line that says what is wrong."""
    try:
        ratings, catalog = read_ratings(args.ratings), read_catalog(args.movies, args.links, args.tmdb)
        found = rolls(ratings, catalog, cuts=args.cuts, seed=args.seed)
    except MarqueeError as error:
        sys.stderr.write(f"marquee rolls: {error}\n")
        return 2
    print(_table(found))
    if args.out:
        args.out.write_text(json.dumps(found, indent=2), encoding="utf-8")
    return 0


def rolls(ratings: Ratings, catalog: MovieTable, *, cuts: Sequence[float] = CUTS, seed: int = 0) -> dict[str, Any]:
    """Each kind of user, pooled over the cuts: the measures of each system, and our paired difference to the others."""
    pooled: dict[Kind, dict[str, Pooled]] = {kind: {} for kind in Kind}
    for at, window in enumerate(cut(ratings, cuts), start=1):
        say(f"cut {at} of {len(cuts)}: training on {len(window.before)} ratings")
        world = TrainedRun.trained(window.before, catalog, seed=seed, progress=lambda text: say(f"  {text}"))
        for kind in Kind:
            chosen = [one for one in examples(window, kind, at_most=EVERYONE, seed=0) if len(one.liked)]
            _rank(world.knowing(_histories(window, chosen)), chosen, pooled[kind])
    return {kind.value: _summary(systems) for kind, systems in pooled.items()}


def _histories(window: Window, chosen: Sequence[Example]) -> Ratings:
    """The histories of the examples, as the backtest's --history would hold them."""
    parts = [
        Ratings(np.full(len(one.history), one.user_id), one.history.movie_id, one.history.rating, one.history.rated_at)
        for one in chosen
    ]
    return Ratings.concat(window.before, *parts)


def _rank(world: TrainedRun, chosen: Sequence[Example], systems: dict[str, Pooled]) -> None:
    shown: dict[str, set[int]] = {}
    for one in chosen:
        for name, rows in _lists(world, one).items():
            pooled = systems.setdefault(name, Pooled())
            hit = np.isin(world.movies.state.catalog.movie_id[rows], one.liked)
            pooled.ndcg.append(ndcg_at(hit, len(one.liked), K))
            pooled.recall.append(recall_at(hit, len(one.liked), DEPTH))
            pooled.popularity.append(float(world.movies.state.prior[rows[:K]].mean()))
            shown.setdefault(name, set()).update(rows[:K].tolist())
    for name, rows_shown in shown.items():
        systems[name].coverage.append(len(rows_shown) / len(world.movies.state.catalog))


def _lists(world: TrainedRun, one: Example) -> Mapping[str, RowArray]:
    """Each system's first DEPTH catalogue rows."""
    ours: IntArray = world.rank(one.user_id, DEPTH).movie_id
    known = described(world.model.bundle.snapshot, world.movies, world.state(one.user_id))
    return {OURS: world.movies.state.catalog.rows(ours), **best_rows(known, world.movies.state, k=DEPTH)}


def _summary(systems: Mapping[str, Pooled]) -> dict[str, Any]:
    if OURS not in systems:
        return {"lists": 0, "systems": {}, "difference": {}}
    ours = np.array(systems[OURS].ndcg)
    others = {name: pooled for name, pooled in systems.items() if name != OURS}
    best = max(others, key=lambda name: float(np.mean(others[name].ndcg)))
    return {
        "lists": len(ours),
        "systems": {
            name: {
                "ndcg@10": asdict(bootstrap(np.array(pooled.ndcg))),
                "recall@50": float(np.mean(pooled.recall)),
                "coverage@10": float(np.mean(pooled.coverage)),
                "popularity_percentile@10": float(np.mean(pooled.popularity)),
            }
            for name, pooled in systems.items()
        },
        "best_baseline": best,
        "difference": {name: asdict(bootstrap(ours - np.array(pooled.ndcg))) for name, pooled in others.items()},
    }


def _table(found: Mapping[str, Any]) -> str:
    lines = []
    for kind, summary in found.items():
        lines += ["", f"{TITLES[Kind(kind)]}, {summary['lists']} user-windows; nDCG@10 with 95 % bootstrap intervals"]
        lines.append(f"{'':20} {'nDCG@10':>24} {'recall@50':>10} {'cover@10':>9} {'pop.pct':>8}  marquee minus it")
        for name, row in summary["systems"].items():
            gap = summary["difference"].get(name)
            lines.append(
                f"{name:20} {_interval(row['ndcg@10']):>24} {row['recall@50']:10.3f} {row['coverage@10']:9.3f}"
                f" {row['popularity_percentile@10']:8.3f}  {_interval(gap) if gap else ''}"
            )
    return "\n".join(lines)


def _interval(value: Mapping[str, float]) -> str:
    return f"{value['mean']:.4f} [{value['low']:.3f}, {value['high']:.3f}]"
