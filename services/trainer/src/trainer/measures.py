"""Measures of ranking quality: one row per list and system, and the tables made of these rows."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from marquee.arrays import FloatArray
from marquee.state.movie_state import MovieState
from marquee.state.movie_table import RowArray
from trainer.evaluate import bootstrap, ndcg_at, recall_at
from trainer.examples import Example

RANKER = "marquee"
"""The system that the others are compared with: the trained model."""
K, DEPTH = 10, 50
"""nDCG, coverage and popularity look at the first K of a list, recall at the first DEPTH."""

NDCG, RECALL, COVERAGE, POPULARITY = f"ndcg@{K}", f"recall@{DEPTH}", f"coverage@{K}", f"popularity_percentile@{K}"
COLUMNS = ("window", "kind", "user_id", "system", NDCG, RECALL, POPULARITY, "shown")

Row = tuple[object, ...]


def measured(example: Example, ranked: Mapping[str, RowArray], movies: MovieState, *, window: int = 0) -> list[Row]:
    """One row (COLUMNS) per system for one example.

    Args:
        ranked: catalogue rows by system, best first; DEPTH of them, or the whole catalogue if it is smaller.
        window: number of the window in which the example lies.
    """
    about = (window, example.kind.value, example.user_id)
    rows: list[Row] = []
    for system, row in ranked.items():
        is_hit, n_liked = np.isin(movies.catalog.movie_id[row], example.liked), len(example.liked)
        ndcg, recall = ndcg_at(is_hit, n_liked, K), recall_at(is_hit, n_liked, DEPTH)
        popularity = float(movies.prior[row[:K]].mean())
        rows.append((*about, system, ndcg, recall, popularity, row[:K].tolist()))
    return rows


def table_of(rows: Iterable[Row]) -> pd.DataFrame:
    """The rows as a table with COLUMNS."""
    return pd.DataFrame.from_records(list(rows), columns=list(COLUMNS))


def summary(lists: pd.DataFrame, *, n_movies: int) -> dict[str, Any]:
    """Each system's measures over all lists, and the ranker's paired difference to each baseline.

    Args:
        lists: a table of COLUMNS in which every example has a row of every system.
        n_movies: length of the catalogue, for the coverage: the share of it that a system shows, mean of the windows.
    Returns:
        JSON-ready; nDCG, recall and the differences with 95 % bootstrap intervals. Without lists, empty systems.
    """
    if lists.empty:
        return {"lists": 0, "systems": {}, "difference": {}}
    shown = lists.explode("shown").groupby(["system", "window"])["shown"].nunique()
    parts = {str(system): part for system, part in lists.groupby("system", sort=False)}
    ndcg = {system: _values(part, NDCG) for system, part in parts.items()}
    baselines = [system for system in parts if system != RANKER]
    return {
        "lists": len(ndcg[RANKER]),
        "systems": {
            system: {
                "lists": len(part),
                NDCG: asdict(bootstrap(ndcg[system])),
                RECALL: asdict(bootstrap(_values(part, RECALL))),
                COVERAGE: float(np.mean(np.asarray(shown[system]) / max(n_movies, 1))),
                POPULARITY: float(_values(part, POPULARITY).mean()),
            }
            for system, part in parts.items()
        },
        "best_baseline": max(baselines, key=lambda system: float(ndcg[system].mean()), default=None),
        "difference": {system: asdict(bootstrap(ndcg[RANKER] - ndcg[system])) for system in baselines},
    }


def printable(found: Mapping[str, Any]) -> pd.DataFrame:
    """A summary as a table of texts, one row per system."""
    rows = {
        system: {
            f"nDCG@{K}": _text(row[NDCG]),
            f"recall@{DEPTH}": f"{row[RECALL]['mean']:.3f}",
            f"cover@{K}": f"{row[COVERAGE]:.3f}",
            "pop.pct": f"{row[POPULARITY]:.3f}",
            f"{RANKER} minus it": _text(found["difference"][system]) if system in found["difference"] else "",
        }
        for system, row in found["systems"].items()
    }
    return pd.DataFrame.from_dict(rows, orient="index")


def _values(lists: pd.DataFrame, column: str) -> FloatArray:
    return np.asarray(lists[column], np.float64)


def _text(interval: Mapping[str, float]) -> str:
    return f"{interval['mean']:.4f} [{interval['low']:.3f}, {interval['high']:.3f}]"
