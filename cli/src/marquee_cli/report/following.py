"""Similar movies, judged by what people liked next: the lists that are served, beside single models.

A seed is a movie that a user liked in the window after a cut; to be found are the next NEXT movies that the user liked
there. A movie counts by the inverse of its ratings before the cut (inverse propensity scoring, self-normalised:
Schnabel et al., "Recommendations as treatments", ICML 2016), so that a list of what everybody rates does not win.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from marquee.arrays import FloatArray, IntArray
from marquee.errors import Misconfigured
from marquee.features.describe import described
from marquee.state.movie_table import MovieTable, RowArray
from marquee.state.ratings import POSITIVE, Ratings, UserState, latest_per_movie
from marquee_cli.report.compared import compared
from marquee_cli.report.progress import counted
from marquee_cli.trained_run import TrainedRun
from trainer.baselines import best_rows
from trainer.config import TrainingConfig
from trainer.measures import RANKER, K
from trainer.windows import cut

CUTS, LABEL_SHARE = (0.8, 0.9), 0.1
NEXT = 10
"""Movies liked after a seed that are to be found. Larger: they have less to do with the seed."""
AT_MOST = 2_000
"""Users of a window."""

Chains = dict[int, RowArray]
"""By user the catalogue rows of what the user liked in a window, in order of time."""


def similar_quality(
    ratings: Ratings, catalog: MovieTable, *, config: TrainingConfig, say: Callable[[str], None]
) -> dict[str, Any]:
    """Inverse-popularity-weighted recall@10 of movies liked after a movie, JSON-ready.

    Raises:
        Misconfigured: nobody liked two movies in a window.
        CannotTrain: there is nothing to train on.
    """
    ratings = ratings.take(catalog.rows(ratings.movie_id) >= 0)
    found: dict[str, list[FloatArray]] = {}
    seeds: set[int] = set()
    user_id: list[IntArray] = []
    for at, window in enumerate(cut(ratings, CUTS, label_share=LABEL_SHARE), start=1):
        chains = chains_of(window.before, window.after, catalog, seed=config.seed)
        if not chains:
            continue
        say(f"similar movies, cut {at} of {len(CUTS)}: training on {len(window.before)} ratings")
        run = TrainedRun.trained(window.before, catalog, config=config, progress=lambda text: say(f"  {text}"))
        wanted = sorted({int(row) for chain in chains.values() for row in chain[:-1]})
        say(f"  {len(wanted)} movies that {len(chains)} users liked")
        lists = {row: _lists(run, row) for row in counted(wanted, what="movies", say=say)}
        weight = 1 / np.maximum(
            np.bincount(catalog.rows(latest_per_movie(window.before).movie_id), minlength=len(catalog)), 1
        )
        for system in lists[wanted[0]]:
            of_system = {row: lists[row][system] for row in wanted}
            values = [weighted_recall(chain, of_system, weight) for chain in chains.values()]
            found.setdefault(system, []).append(np.array(values))
        user_id.append(np.array(list(chains), np.int64))
        seeds |= set(wanted)
    if not found:
        raise Misconfigured("similar movies cannot be judged: nobody liked two movies after a cut")
    values_of = {system: {f"recall@{K}": np.concatenate(each)} for system, each in found.items()}
    return {
        "users": len(np.unique(np.concatenate(user_id))),
        "user_windows": sum(map(len, user_id)),
        "seeds": len(seeds),
        **compared(values_of),
    }


def chains_of(before: Ratings, after: Ratings, catalog: MovieTable, *, seed: int) -> Chains:
    """Users with two or more likes of new movies in the window.

    Args:
        seed: AT_MOST of the users are drawn with it.
    """
    rated = set(zip(before.user_id.tolist(), before.movie_id.tolist(), strict=True))
    later = latest_per_movie(after).in_time_order()
    is_new = np.array(
        [pair not in rated for pair in zip(later.user_id.tolist(), later.movie_id.tolist(), strict=True)], bool
    )
    liked = later.take((later.rating >= POSITIVE) & is_new)
    user_id, count = np.unique(liked.user_id, return_counts=True)
    user_id = user_id[count >= 2]
    if len(user_id) > AT_MOST:
        user_id = np.sort(np.random.default_rng(seed).choice(user_id, AT_MOST, replace=False))
    return {int(one): catalog.rows(liked.movie_id[liked.user_id == one]) for one in user_id}


def weighted_recall(chain: RowArray, lists: Mapping[int, RowArray], weight: FloatArray) -> float:
    """Weight of what one user's lists found, as a share of the weight of what was to be found.

    Args:
        chain: rows of liked movies in order of time, two at least. lists: K rows by seed. weight: (n,) of each movie.
    """
    got = possible = 0.0
    for at, row in enumerate(chain[:-1].tolist()):
        following = chain[at + 1 : at + 1 + NEXT]
        possible += float(weight[following].sum())
        got += float(weight[following[np.isin(following, lists[row])]].sum())
    return got / possible


def _lists(run: TrainedRun, row: int) -> Mapping[str, RowArray]:
    """Each system's K movies for one; the single models are asked as for a user who likes this movie alone."""
    movies = run.movies.state
    movie_id = int(movies.catalog.movie_id[row])
    one = UserState.of(
        np.array([movie_id], np.int64), np.array([5.0], np.float32), np.array([movies.time.newest_ms], np.int64)
    )
    known = described(run.model.bundle.retrieval, run.movies, one)
    return {RANKER: movies.catalog.rows(run.similar(movie_id, K).movie_id), **best_rows(known, movies, k=K)}
