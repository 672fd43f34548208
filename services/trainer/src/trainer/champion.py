"""The model that serves, as the gate needs it: how it would have ranked the newest window, without knowing it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import lightgbm as lgb
import numpy as np

from marquee.arrays import Float32Array, FloatArray, IntArray
from marquee.bundle import Bundle, BundleRefused, load_bundle
from marquee.contracts.manifest import ModelManifest
from marquee.features.describe import described
from marquee.features.movie_features import MovieFeatures
from marquee.state.item_stats import ItemStats
from marquee.state.ratings import Ratings, latest_per_movie
from trainer.evaluate import ndcg_at
from trainer.examples import Example
from trainer.export_onnx import onnx_scorer
from trainer.lambdarank import predict
from trainer.lists import DescribedExample
from trainer.measures import K

Scorer = Callable[[Float32Array], Float32Array]
TRIAL_UNTIL = "trial_until_ms"
"""In a bundle's report: the newest rating that its trial ranker has learned from."""


@dataclass(frozen=True, slots=True)
class Champion:
    """The model that serves.

    Attributes:
        bundle: None if it cannot be read; `problem` says why, and nothing is compared with it.
    """

    version: str
    bundle: Bundle | None
    problem: str = ""

    @classmethod
    def opened(cls, path: Path) -> Self:
        """Read a bundle; one that cannot be read is a champion that nothing can be compared with."""
        try:
            return cls(path.name, load_bundle(path))
        except BundleRefused as error:
            return cls(path.name, None, f"its bundle cannot be read: {error}")

    @property
    def ranks(self) -> bool:
        """Whether it has a trained ranker; otherwise retrieval orders."""
        return self.bundle is not None and self.bundle.onnx is not None

    @property
    def is_judged(self) -> bool:
        """Whether a verdict on enough lists stands behind it. A model that cannot be read has nothing behind it."""
        return self.bundle is not None and is_judged(self.bundle.manifest)

    def ndcg(self, examples: Sequence[DescribedExample], before: Ratings, *, asked_from_ms: int) -> FloatArray | str:
        """(l,) its nDCG@10 of each list, or why there is none.

        A champion that has seen nothing of what is asked ranks as it serves: with its own catalogue, retrieval and
        ONNX model. One that has seen some would know the answers. Then its trial ranker, which has not, scores the
        candidates that the new model's retrieval finds: the two rankers are compared, on the same candidates.

        Args:
            before: the ratings before the window. asked_from_ms: the oldest rating that is to be found.
        """
        if self.bundle is None:
            return self.problem
        if self.bundle.onnx is None:
            return "it has no ranker, and orders by retrieval"
        if self.bundle.manifest.as_of_ms <= asked_from_ms:
            return _as_served(self.bundle, self.bundle.onnx, examples, before)
        trial_until_ms = self.bundle.report.get(TRIAL_UNTIL)
        if self.bundle.trial is None or trial_until_ms is None:
            return "it has learned from the newest window, and its bundle has no trial ranker that has not"
        if trial_until_ms > asked_from_ms:
            return "it has learned from the newest window, and so has its trial ranker"
        return _by_trial(lgb.Booster(model_str=self.bundle.trial), examples)


def is_judged(manifest: ModelManifest) -> bool:
    """Whether its ranking quality was measured on enough users."""
    return manifest.verdict is not None and manifest.verdict.is_judged


def list_ndcg(movie_id: IntArray, prior: FloatArray, score: FloatArray, example: Example) -> float:
    """nDCG@10 of candidates by score; of equal scores, the more popular first."""
    best = np.lexsort((-prior, -score))[:K]
    return ndcg_at(np.isin(movie_id[best], example.liked), len(example.liked), K)


def _by_trial(trial: lgb.Booster, examples: Sequence[DescribedExample]) -> FloatArray:
    return np.array([ndcg_of(one, predict(trial, one.features)) for one in examples])


def ndcg_of(one: DescribedExample, score: FloatArray) -> float:
    """nDCG@10 of an example's candidates by these scores."""
    state, row = one.known.context.movies.state, one.known.candidates.row
    return list_ndcg(state.catalog.movie_id[row], state.prior[row], score, one.example)


def _as_served(bundle: Bundle, onnx: bytes, examples: Sequence[DescribedExample], before: Ratings) -> FloatArray:
    """By its own catalogue, retrieval and model, with the counts of the time at which the list is asked for."""
    movies, scorer = MovieFeatures.of(ItemStats.of(latest_per_movie(before)), bundle.catalog), onnx_scorer(onnx)
    return np.array([_served_ndcg(bundle, scorer, movies, one.example) for one in examples])


def _served_ndcg(bundle: Bundle, scorer: Scorer, movies: MovieFeatures, example: Example) -> float:
    known = described(bundle.retrieval, movies, example.history)
    if known is None:
        prior = movies.state.prior
        return list_ndcg(bundle.catalog.movie_id, prior, prior, example)
    row = known.candidates.row
    score = scorer(known.x).astype(np.float64)
    return list_ndcg(bundle.catalog.movie_id[row], movies.state.prior[row], score, example)
