"""Strong generalisation: how well users are ranked for of whom a training has seen nothing (Liang et al. 2018).

Most of a held-out user's ratings are known when the list is made; what the user likes among the rest is to be found.
The rest is drawn at random, as in the literature, and once more it is the newest: then nothing known is newer than what
is asked, as when a list is served.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from marquee.arrays import IntArray
from marquee.errors import Misconfigured
from marquee.features.describe import described
from marquee.state.movie_table import MovieTable, RowArray
from marquee.state.ratings import POSITIVE, Ratings, latest_per_movie
from marquee_cli.report.compared import compared
from marquee_cli.report.progress import counted
from marquee_cli.trained_run import TrainedRun
from trainer.accuracy import ndcg, recall
from trainer.baselines import best_rows
from trainer.config import TrainingConfig
from trainer.measures import DEPTH, RANKER
from trainer.shown import hits_of

HELD_OUT_SHARE = 0.2
"""Of the users that have MIN_RATINGS. Larger: narrower intervals, and a training on fewer users."""
AT_MOST = 2_000
"""Held-out users."""
FOLDED_IN = 0.8
"""Share of a held-out user's ratings that are known when the list is made."""
MIN_RATINGS = 10
"""Of a user who may be held out, so that two are to be found at least."""


def strong_generalisation(
    ratings: Ratings, catalog: MovieTable, *, config: TrainingConfig, say: Callable[[str], None]
) -> dict[str, Any]:
    """nDCG@100, Recall@20 and Recall@50 of every system for users never seen in training, JSON-ready.

    Returns:
        `random` and `newest`, by which ratings are asked, each of the users who like any of these.
    Raises:
        Misconfigured: no user has enough ratings and likes any of those to be found.
        CannotTrain: the others' ratings are too few.
    """
    every = latest_per_movie(ratings)
    every = every.take(catalog.rows(every.movie_id) >= 0)
    held_out = held_out_users(every, seed=config.seed)
    is_held_out = np.isin(every.user_id, held_out)
    theirs, others = every.take(is_held_out), every.take(~is_held_out)
    splits = {"random": folded_in(theirs, seed=config.seed), "newest": folded_in(theirs, seed=None)}
    for _, asked in splits.values():
        if not (asked.rating >= POSITIVE).any():
            raise Misconfigured(f"users never seen: none of those with {MIN_RATINGS} ratings likes any that is asked")
    n_others = len(np.unique(others.user_id))
    say(f"users never seen: training on {n_others} users, {len(held_out)} are held out")
    run = TrainedRun.trained(others, catalog, config=config, progress=lambda text: say(f"  {text}"))
    found: dict[str, Any] = {"held_out": len(held_out), "trained_on": n_others}
    for name, (known, asked) in splits.items():
        say(f"  lists with the {name} fifth asked")
        found[name] = _judged(run.knowing(known), asked.take(asked.rating >= POSITIVE), catalog, say)
    return found


def _judged(run: TrainedRun, liked: Ratings, catalog: MovieTable, say: Callable[[str], None]) -> dict[str, Any]:
    """Every system's lists for the users who liked something that was asked."""
    users = np.unique(liked.user_id).tolist()
    lists: dict[str, list[RowArray]] = {}
    for user_id in counted(users, what="users", say=say):
        of_user = described(run.model.bundle.retrieval, run.movies, run.state(user_id))
        ours = catalog.rows(run.rank(user_id, DEPTH).movie_id)
        for system, rows in {RANKER: ours, **best_rows(of_user, run.movies.state, k=DEPTH)}.items():
            lists.setdefault(system, []).append(rows)
    wanted = [catalog.rows(liked.movie_id[liked.user_id == user_id]) for user_id in users]
    n_wanted: IntArray = np.array([len(rows) for rows in wanted], np.int64)
    values = {}
    for system, shown in lists.items():
        is_hit = hits_of(shown, wanted, DEPTH)
        recalls = {f"recall@{k}": recall(is_hit, n_wanted, k, of_attainable=True) for k in (20, 50)}
        values[system] = {f"ndcg@{DEPTH}": ndcg(is_hit, n_wanted, DEPTH), **recalls}
    return {"users": len(users), "asked": int(n_wanted.sum()), **compared(values)}


def held_out_users(ratings: Ratings, *, seed: int) -> IntArray:
    """HELD_OUT_SHARE of the users with MIN_RATINGS, AT_MOST of them, drawn with `seed`; ascending."""
    user_id, count = np.unique(ratings.user_id, return_counts=True)
    eligible = user_id[count >= MIN_RATINGS]
    n_drawn = min(round(HELD_OUT_SHARE * len(eligible)), AT_MOST)
    return np.sort(np.random.default_rng(seed).choice(eligible, n_drawn, replace=False))


def folded_in(ratings: Ratings, *, seed: int | None) -> tuple[Ratings, Ratings]:
    """What is known of each user, FOLDED_IN of the ratings, and the rest, which is asked.

    Args:
        ratings: by user.
        seed: what is known is drawn with it; without one it is the oldest ratings.
    """
    rng = None if seed is None else np.random.default_rng(seed + 1)
    is_known = np.zeros(len(ratings), bool)
    for rows in _rows_by_user(ratings):
        n_known = round(FOLDED_IN * len(rows))
        oldest = rows[np.argsort(ratings.rated_at[rows], kind="stable")]
        is_known[oldest[:n_known] if rng is None else rng.choice(rows, n_known, replace=False)] = True
    return ratings.take(is_known), ratings.take(~is_known)


def _rows_by_user(ratings: Ratings) -> Sequence[IntArray]:
    _, first = np.unique(ratings.user_id, return_index=True)
    return np.split(np.arange(len(ratings)), first[1:]) if len(ratings) else []
