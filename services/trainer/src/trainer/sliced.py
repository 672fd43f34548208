"""The quality of each slice: every system's nDCG@10 on it, and the ranker's difference to the best single model."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from marquee.arrays import BoolArray, FloatArray, IntArray
from trainer.accuracy import ndcg
from trainer.evaluate import bootstrap, bootstrap_columns, mean_of_users
from trainer.examples import Kind
from trainer.measures import NDCG, RANKER, K, text_of
from trainer.shown import hits_of
from trainer.slices import user_slices

MovieSlices = Mapping[int, Mapping[str, BoolArray]]
"""By window, what `movie_slices` gives; the same names in each."""
Ndcg = Mapping[str, FloatArray]
"""(l,) of each list, by system."""


def sliced(lists: pd.DataFrame, movie_slices: MovieSlices, *, min_users: int) -> dict[str, Any]:
    """nDCG@10 by slice.

    Of a slice of movies, these movies alone are to be found: a list stays that of the whole catalogue, and one whose
    user liked none of them is not in the slice. A user with several lists counts once, with their mean.

    Args:
        lists: a table of COLUMNS in which every example has a row of every system.
        movie_slices: for each window of the lists.
        min_users: slices of fewer users are left out.
    Returns:
        JSON-ready: `slices` by name with lists, users, nDCG, best baseline and the paired difference to it, with 95 %
        intervals drawn over users; `slices_left_out` by name with the number of users.
    """
    found: dict[str, Any] = {}
    left_out: dict[str, int] = {}
    if lists.empty:
        return {"slices": found, "slices_left_out": left_out}
    parts = {str(system): part for system, part in lists.groupby("system", sort=False)}
    user_id = np.asarray(parts[RANKER]["user_id"], np.int64)
    for name, (chosen, by_system) in {**_by_user(parts), **_by_movie(parts, movie_slices)}.items():
        n_users = len(np.unique(user_id[chosen]))
        if n_users < min_users:
            left_out[name] = n_users
        else:
            counted = {"lists": int(chosen.sum()), "users": n_users}
            found[name] = counted | _compared(by_system, chosen, user_id)
    return {"slices": found, "slices_left_out": left_out}


def _by_user(parts: Mapping[str, pd.DataFrame]) -> dict[str, tuple[BoolArray, Ndcg]]:
    ours = parts[RANKER]
    whole = {system: np.asarray(part[NDCG], np.float64) for system, part in parts.items()}
    slices = user_slices(
        np.asarray(ours["kind"] == Kind.NEWCOMER.value, bool),
        np.asarray(ours["history"], np.int64),
        np.asarray(ours["mean_rating"], np.float64),
    )
    return {name: (chosen, whole) for name, chosen in slices.items()}


def _by_movie(parts: Mapping[str, pd.DataFrame], movie_slices: MovieSlices) -> dict[str, tuple[BoolArray, Ndcg]]:
    """Of each slice the lists in which any of its movies is to be found, and how well these movies are."""
    ours = parts[RANKER]
    windows, liked = ours["window"].tolist(), ours["liked"].tolist()
    found: dict[str, tuple[BoolArray, Ndcg]] = {}
    for name in next(iter(movie_slices.values()), {}):
        wanted = [rows[movie_slices[window][name][rows]] for window, rows in zip(windows, liked, strict=True)]
        n_wanted: IntArray = np.array([len(rows) for rows in wanted], np.int64)
        by_system = {
            system: ndcg(hits_of(part["shown"].tolist(), wanted, K), n_wanted, K) for system, part in parts.items()
        }
        found[name] = (n_wanted > 0, by_system)
    return found


def _compared(by_system: Ndcg, chosen: BoolArray, user_id: IntArray) -> dict[str, Any]:
    """The ranker's nDCG of these users' lists, and its difference to the single model that is best on them."""
    users = {system: mean_of_users(values[chosen], user_id[chosen]) for system, values in by_system.items()}
    ours = users.pop(RANKER)
    best = max(users, key=lambda system: float(users[system].mean()), default=None)
    if best is None:
        return {NDCG: asdict(bootstrap(ours)), "best_baseline": None}
    mean, gain = bootstrap_columns(np.stack([ours, ours - users[best]], axis=1))
    return {NDCG: asdict(mean), "best_baseline": best, "difference": asdict(gain)}


def printable_slices(found: Mapping[str, Any]) -> pd.DataFrame:
    """What `sliced` gave as a table of texts, one row per slice."""
    rows = {
        name: {
            "lists": str(row["lists"]),
            "users": str(row["users"]),
            f"nDCG@{K}": text_of(row[NDCG]),
            "best single model": row["best_baseline"] or "",
            f"{RANKER} minus it": text_of(row["difference"]) if "difference" in row else "",
        }
        for name, row in found["slices"].items()
    }
    return pd.DataFrame.from_dict(rows, orient="index")
