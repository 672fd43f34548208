"""Scoring: the bundle's ONNX model on one thread, as a plain function of a feature matrix."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
import onnxruntime

from marquee.arrays import Float32Array
from marquee.bundle import Bundle, BundleRefused
from marquee.contracts.reason_codes import ReasonCode
from marquee.explanation.trees import Trees
from marquee.features.similar.vector import PAIR_SPECS
from marquee.newer_movies import with_newer
from marquee.state.movie_table import MovieTable
from ranker.explain.facts.figures import Figures
from ranker.near import NearMovies


class Scorer:
    """An ONNX session on one thread, so that the scores do not depend on how many the machine has."""

    def __init__(self, onnx: bytes) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session: Any = onnxruntime.InferenceSession(onnx, options, providers=["CPUExecutionProvider"])
        self._input = self._session.get_inputs()[0].name
        self._output = [self._session.get_outputs()[0].name]

    def __call__(self, features: Float32Array) -> Float32Array:
        """(m,) float32 scores of (m, n_features) float32."""
        if not len(features):
            return np.empty(0, np.float32)
        scores: Float32Array = self._session.run(self._output, {self._input: features})[0]
        return scores.reshape(-1)


@dataclass(frozen=True, slots=True)
class TreeModel:
    """A model in the two forms in which it is served.

    Attributes:
        codes: what each column of a score's account stands for.
    """

    scorer: Scorer
    trees: Trees
    codes: tuple[ReasonCode, ...]


@dataclass(frozen=True, slots=True)
class RankerModel:
    """A bundle ready to rank.

    Attributes:
        scorer: None if the bundle has no model; then candidates keep their retrieval order.
        codes: what each column of a score's account stands for; empty without a model.
        figures: what can be told of the bundle's movies.
        similar: the model of similar movies; None where the weighted sum orders them.
        near: what was found of single movies, for this bundle alone.
    """

    bundle: Bundle
    scorer: Scorer | None
    codes: tuple[ReasonCode, ...]
    figures: Figures
    similar: TreeModel | None = None
    near: NearMovies = field(init=False, repr=False, compare=False, default_factory=NearMovies)

    @classmethod
    def of(cls, bundle: Bundle) -> Self:
        """Open the bundle's ONNX models, and score one row of zeros with each.

        Raises:
            BundleRefused: onnxruntime cannot open it, it does not score the features that this code computes, or it
                accounts for them by codes that this code does not know.
        """
        similar = None
        if bundle.similar is not None:
            similar = _opened(bundle.path, bundle.similar.onnx, bundle.similar.trees, n_features=len(PAIR_SPECS))
        if bundle.onnx is None or bundle.trees is None:
            return cls(bundle, None, (), Figures.of(bundle), similar)
        model = _opened(bundle.path, bundle.onnx, bundle.trees, n_features=len(bundle.manifest.features))
        return cls(bundle, model.scorer, model.codes, Figures.of(bundle), similar)

    def with_newer(self, newer: MovieTable) -> Self:
        """The same model, for a catalogue in which these movies are new or newly described."""
        bundle = with_newer(self.bundle, newer)
        return replace(self, bundle=bundle, figures=Figures.of(bundle))

    @property
    def version(self) -> str:
        return self.bundle.manifest.version


def _opened(path: Path, onnx: bytes, trees: Trees, *, n_features: int) -> TreeModel:
    try:
        codes = tuple(ReasonCode(family) for family in trees.families)
        scorer = Scorer(onnx)
        scores = scorer(np.zeros((1, n_features), np.float32))
    except Exception as error:  # onnxruntime's own errors share no base but this
        raise BundleRefused(f"{path}: {type(error).__name__}: {error}") from error
    if scores.shape != (1,) or not np.isfinite(scores).all():
        raise BundleRefused(f"{path}: its model gives {scores!r} for one row of features")
    return TreeModel(scorer, trees, codes)
