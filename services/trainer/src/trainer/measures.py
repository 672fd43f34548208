"""Measures of ranking quality: one row per list and system, and the tables made of these rows."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from marquee.arrays import FloatArray
from marquee.state.movie_state import MovieState
from marquee.state.movie_table import RowArray
from marquee.state.ratings import POSITIVE
from trainer.accuracy import ndcg, recall, reciprocal_rank
from trainer.calibration import genre_divergence
from trainer.diversity import intra_list_diversity
from trainer.evaluate import bootstrap, bootstrap_columns
from trainer.examples import Example
from trainer.novelty import novelty, popularity_lift
from trainer.shown import hits_of, mean_of_lists, membership

RANKER = "marquee"
"""The system that the others are compared with: the trained model."""
K, DEPTH = 10, 100
"""Most measures look at the first K of a list, and none beyond the first DEPTH."""

NDCG, RECALL, COVERAGE, POPULARITY = f"ndcg@{K}", "recall@50", f"coverage@{K}", f"popularity_percentile@{K}"
NDCG_DEEP, RECALL_20, MRR = f"ndcg@{DEPTH}", "recall@20", f"mrr@{K}"
LIFT, NOVELTY, DIVERSITY, CALIBRATION = (
    f"popularity_lift@{K}",
    f"novelty_bits@{K}",
    f"diversity@{K}",
    f"genre_divergence@{K}",
)
DIFFERENCE = "difference"
MEASURED = (NDCG, NDCG_DEEP, RECALL_20, RECALL, MRR, LIFT, NOVELTY, DIVERSITY, CALIBRATION)
"""Measures of one list: their means have intervals, of 95 %, drawn over lists."""
ABOUT = ("window", "kind", "user_id", "history", "mean_rating", "system")
COLUMNS = (*ABOUT, *MEASURED, POPULARITY, "liked", "shown")

RankedExample = tuple[Example, Mapping[str, RowArray]]
"""An example, and catalogue rows by system, best first: DEPTH of them, or all that the system has."""


def measured(
    ranked: Sequence[RankedExample], movies: MovieState, terms: sparse.csr_array, *, window: int = 0
) -> pd.DataFrame:
    """A table of COLUMNS: for each system a row per example, in the order given.

    Its `liked` and `shown` are lists of catalogue rows, of what is to be found and of the first K; `history` counts the
    known ratings, of which `mean_rating` is the mean.

    Args:
        ranked: all with the same systems.
        movies: as of the time of the lists. terms: (n, t) content of the movies, rows of length 1 or 0.
        window: number of the window in which the examples lie.
    """
    examples = [example for example, _ in ranked]
    rows_of, n_movies = movies.catalog.rows, len(movies.catalog)
    n_liked = np.array([len(one.liked) for one in examples], np.int64)
    liked = [_known(rows_of(one.liked)) for one in examples]
    liked_before = [_known(rows_of(one.history.movie_id[one.history.rating >= POSITIVE])) for one in examples]
    before = membership(liked_before, n_movies)
    about = {
        "window": window,
        "kind": [one.kind.value for one in examples],
        "user_id": [one.user_id for one in examples],
        "history": [len(one.history) for one in examples],
        "mean_rating": [float(one.history.rating.mean()) if len(one.history) else np.nan for one in examples],
        "liked": liked,
    }
    tables: list[pd.DataFrame] = []
    for system in ranked[0][1] if ranked else ():
        lists = [of_system[system] for _, of_system in ranked]
        is_hit = hits_of(lists, liked, DEPTH)
        shown = [row[:K].tolist() for row in lists]
        is_in = membership(shown, n_movies)
        values = {
            NDCG: ndcg(is_hit, n_liked, K),
            NDCG_DEEP: ndcg(is_hit, n_liked, DEPTH),
            RECALL_20: recall(is_hit, n_liked, 20),
            RECALL: recall(is_hit, n_liked, 50),
            MRR: reciprocal_rank(is_hit, K),
            LIFT: popularity_lift(is_in, before, movies),
            NOVELTY: novelty(is_in, movies),
            DIVERSITY: intra_list_diversity(is_in, terms),
            CALIBRATION: genre_divergence(is_in, before, movies.catalog.genres),
            POPULARITY: mean_of_lists(is_in, movies.prior),
        }
        tables.append(pd.DataFrame({**about, "system": system, **values, "shown": shown}, columns=list(COLUMNS)))
    return joined(tables)


def joined(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """One table of COLUMNS."""
    filled = [table for table in tables if not table.empty]
    return pd.concat(filled, ignore_index=True) if filled else no_lists()


def no_lists() -> pd.DataFrame:
    """A table of COLUMNS without a row."""
    return pd.DataFrame(columns=list(COLUMNS))


def _known(rows: RowArray) -> RowArray:
    return rows[rows >= 0]


def summary(lists: pd.DataFrame, *, n_movies: int) -> dict[str, Any]:
    """Each system's measures over all lists, and the ranker's paired difference to each baseline.

    The coverage has no interval: lists that are drawn with repetition show fewer movies than the lists themselves.

    Args:
        lists: a table of COLUMNS in which every example has a row of every system.
        n_movies: length of the catalogue, for the coverage: the share of it that a system shows, mean of the windows.
    Returns:
        JSON-ready; MEASURED and the differences with 95 % bootstrap intervals, a measure that no list has left out.
        Without lists, empty systems.
    """
    if lists.empty:
        return {"lists": 0, "systems": {}, "difference": {}}
    shown = lists.explode("shown").groupby(["system", "window"])["shown"].nunique()
    parts = {str(system): part for system, part in lists.groupby("system", sort=False)}
    ndcg_of = {system: _values(part, NDCG) for system, part in parts.items()}
    baselines = [system for system in parts if system != RANKER]
    of_lists = {(system, name): _values(part, name) for system, part in parts.items() for name in MEASURED}
    of_lists |= {(system, DIFFERENCE): ndcg_of[RANKER] - ndcg_of[system] for system in baselines}
    found = _intervals(of_lists)
    return {
        "lists": len(ndcg_of[RANKER]),
        "systems": {
            system: {
                "lists": len(part),
                **{name: found[system, name] for name in MEASURED if (system, name) in found},
                COVERAGE: float(np.mean(np.asarray(shown[system]) / max(n_movies, 1))),
                POPULARITY: float(np.nanmean(_values(part, POPULARITY))),
            }
            for system, part in parts.items()
        },
        "best_baseline": max(baselines, key=lambda system: float(ndcg_of[system].mean()), default=None),
        "difference": {system: found[system, DIFFERENCE] for system in baselines},
    }


def _intervals(of_lists: Mapping[tuple[str, str], FloatArray]) -> dict[tuple[str, str], dict[str, float]]:
    """Means with intervals, each of the lists that have the measure; nothing for one that no list has."""
    whole = [key for key, values in of_lists.items() if not np.isnan(values).any()]
    found = dict(zip(whole, bootstrap_columns(np.stack([of_lists[key] for key in whole], axis=1)), strict=True))
    for key, values in of_lists.items():
        has = ~np.isnan(values)
        if key not in found and has.any():
            found[key] = bootstrap(values[has])
    return {key: asdict(interval) for key, interval in found.items()}


def printable(found: Mapping[str, Any]) -> pd.DataFrame:
    """A summary as a table of texts, one row per system."""
    rows = {
        system: {
            f"nDCG@{K}": text_of(row[NDCG]),
            "recall@50": f"{row[RECALL]['mean']:.3f}",
            f"cover@{K}": f"{row[COVERAGE]:.3f}",
            "pop.pct": f"{row[POPULARITY]:.3f}",
            f"{RANKER} minus it": text_of(found["difference"][system]) if system in found["difference"] else "",
        }
        for system, row in found["systems"].items()
    }
    return pd.DataFrame.from_dict(rows, orient="index")


def _values(lists: pd.DataFrame, column: str) -> FloatArray:
    return np.asarray(lists[column], np.float64)


def text_of(interval: Mapping[str, float]) -> str:
    """A mean with its interval."""
    return f"{interval['mean']:.4f} [{interval['low']:.3f}, {interval['high']:.3f}]"
