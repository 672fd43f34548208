"""The report of a training: how the ranker does on the newest window, beside the single models, and why it is so."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import lightgbm as lgb
import numpy as np
import pandas as pd

from marquee.arrays import Float32Array
from marquee.features.vector import SPECS
from marquee.state.movie_state import MovieState
from marquee.state.movie_table import RowArray
from trainer.baselines import best_rows
from trainer.examples import Example, Kind
from trainer.export_onnx import Parity
from trainer.lambdarank import Fitted, predict
from trainer.lists import DescribedExample
from trainer.measures import COVERAGE, DEPTH, NDCG, POPULARITY, RANKER, RECALL, measured, summary, table_of


@dataclass(frozen=True, slots=True)
class HeldOutExample:
    """One example that a ranker is judged on.

    Attributes:
        row: (m,) catalogue rows of the candidates. features: (m, n_features) float32, of the candidates.
        baselines: by name the first DEPTH catalogue rows of what the ranker is compared with.
    """

    example: Example
    row: RowArray
    features: Float32Array
    baselines: Mapping[str, RowArray]


@dataclass(frozen=True, slots=True)
class HeldOut:
    """The newest window's examples, unknown to the trial ranker that is judged on them."""

    examples: Sequence[HeldOutExample]
    movies: MovieState

    @classmethod
    def of(cls, examples: Iterable[DescribedExample], movies: MovieState) -> Self:
        """What the report needs of the examples in which anything was liked; each is read once."""
        kept = []
        for described in examples:
            if len(described.example.liked):
                known = described.known
                best = best_rows(known, movies, k=DEPTH)
                kept.append(HeldOutExample(described.example, known.candidates.row, known.x, best))
        return cls(kept, movies)


def training_report(fitted: Fitted, held_out: HeldOut | None, agreement: Parity) -> dict[str, Any]:
    """Everything in report.json; `systems` is empty where there was too little data for a trial ranker."""
    about: dict[str, Any] = {
        "task": "newest window: ranker trained on the windows before it; its number of trees was chosen on it",
        "tmdb_votes": "TMDB's votes and popularity are no features: a later snapshot of them knows the future",
        "trees": fitted.n_trees,
        "ndcg_by_trees": fitted.ndcg_by_trees,
        "onnx": {"share_within": agreement.share_within, "worst": agreement.worst, "lists": agreement.lists},
        "importance": importance(fitted.booster),
    }
    if held_out is None or fitted.trial is None:
        return about | {"systems": {}, "difference": {}}
    lists = measured_lists(fitted.trial, fitted.n_trees, held_out)
    n_movies = len(held_out.movies.catalog)
    by_kind = {kind.value: summary(lists[lists["kind"] == kind.value], n_movies=n_movies) for kind in Kind}
    return about | summary(lists, n_movies=n_movies) | {"by_kind": by_kind}


def measured_lists(booster: lgb.Booster, n_trees: int, held_out: HeldOut) -> pd.DataFrame:
    """The lists of the ranker and of the baselines, one row per example in which anything was liked, and system."""
    movies, rows = held_out.movies, []
    for held in held_out.examples:
        score = predict(booster, held.features, n_trees)
        order = np.lexsort((-movies.prior[held.row], -score))
        rows += measured(held.example, {RANKER: held.row[order][:DEPTH], **held.baselines}, movies)
    return table_of(rows)


def importance(booster: lgb.Booster) -> dict[str, float]:
    """Share of the split gain by feature family; zeros for a ranker without a split."""
    gain = booster.feature_importance("gain")
    families = [spec.family.value for spec in SPECS]
    share = pd.Series(gain / max(float(gain.sum()), 1e-12), index=families).groupby(level=0, sort=False).sum()
    return {str(family): float(value) for family, value in share.items()}


def headline(report: Mapping[str, Any]) -> dict[str, float]:
    """The few numbers of a report that the manifest and the model's event carry; none where nothing was measured."""
    ours = report["systems"].get(RANKER)
    if ours is None:
        return {}
    return {
        "ndcg_at_10": ours[NDCG]["mean"],
        "recall_at_50": ours[RECALL]["mean"],
        "coverage_at_10": ours[COVERAGE],
        "popularity_percentile_at_10": ours[POPULARITY],
        **{f"gain_over_{name}": gain["mean"] for name, gain in report["difference"].items()},
    }
