"""The report: how the ranker does on the newest window, which it did not train on, beside the single models."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from marquee.arrays import FloatArray
from marquee.state.movie_state import MovieState
from marquee.state.movie_table import RowArray
from trainer.baselines import best_rows
from trainer.evaluate import bootstrap, ndcg_at, recall_at
from trainer.lists import DescribedExample

RANKER = "marquee"
K, DEPTH = 10, 50


@dataclass(slots=True)
class Measures:
    """One system's measures, a value a list."""

    ndcg: list[float] = field(default_factory=list)
    recall: list[float] = field(default_factory=list)
    popularity: list[float] = field(default_factory=list)
    shown: set[int] = field(default_factory=set)

    def add(self, rows: RowArray, hit: np.ndarray[Any, np.dtype[np.bool_]], n_liked: int, movies: MovieState) -> None:
        """Note one list, best first, at least DEPTH long where the catalogue allows."""
        self.ndcg.append(ndcg_at(hit, n_liked, K))
        self.recall.append(recall_at(hit, n_liked, DEPTH))
        self.popularity.append(float(movies.prior[rows[:K]].mean()))
        self.shown.update(int(row) for row in rows[:K])

    def summary(self, n_movies: int) -> dict[str, Any]:
        return {
            "lists": len(self.ndcg),
            "ndcg@10": asdict(bootstrap(np.array(self.ndcg))),
            "recall@50": asdict(bootstrap(np.array(self.recall))),
            "coverage@10": len(self.shown) / max(n_movies, 1),
            "popularity_percentile@10": float(np.mean(self.popularity)) if self.popularity else float("nan"),
        }


def measure(
    scenes: Sequence[DescribedExample], scores: Sequence[FloatArray], movies: MovieState
) -> dict[str, Measures]:
    """Measures of the ranker and the baselines over the scenes in which anything was liked.

    Args:
        scores: the ranker's, one array a scene, aligned with its candidates.
    """
    found: dict[str, Measures] = {}
    for scene, score in zip(scenes, scores, strict=True):
        if not len(scene.request.liked):
            continue
        order = np.lexsort((-movies.prior[scene.known.candidates.row], -score))
        lists: Mapping[str, RowArray] = {
            RANKER: scene.known.candidates.row[order][:DEPTH],
            **best_rows(scene.known, movies, k=DEPTH),
        }
        for name, rows in lists.items():
            hit = np.isin(movies.catalog.movie_id[rows], scene.request.liked)
            found.setdefault(name, Measures()).add(rows, hit, len(scene.request.liked), movies)
    return found


def compared(found: Mapping[str, Measures], n_movies: int) -> dict[str, Any]:
    """Each system's summary, and the ranker's paired difference to each baseline."""
    if RANKER not in found:
        return {"systems": {}, "difference": {}}
    ours = np.array(found[RANKER].ndcg)
    return {
        "systems": {name: measures.summary(n_movies) for name, measures in found.items()},
        "difference": {
            name: asdict(bootstrap(ours - np.array(measures.ndcg)))
            for name, measures in found.items()
            if name != RANKER
        },
    }
