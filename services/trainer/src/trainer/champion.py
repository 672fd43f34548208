"""The model that serves, as the gate needs it: how its ranker orders the newest window, without having seen it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import lightgbm as lgb
import numpy as np

from marquee.arrays import FloatArray
from marquee.bundle import Bundle, BundleRefused, load_bundle
from marquee.state.movie_state import MovieState
from marquee.state.movie_table import MovieTable
from trainer.evaluate import ndcg_at
from trainer.held_out import HeldOutExample
from trainer.lambdarank import predict
from trainer.measures import K

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
            why = str(error).replace(f"{path.parent}/", "")  # the verdict is public
            return cls(path.name, None, f"its bundle cannot be read: {why}")

    @property
    def ranks(self) -> bool:
        """Whether it has a trained ranker; otherwise retrieval orders."""
        return self.bundle is not None and self.bundle.onnx is not None

    @property
    def is_judged(self) -> bool:
        """Whether it is a ranker whose quality was measured on enough users. One that cannot be read is nothing."""
        verdict = None if self.bundle is None else self.bundle.manifest.verdict
        return self.ranks and verdict is not None and verdict.is_judged

    def movies_in(self, catalog: MovieTable) -> float | None:
        """Share of its movies that this catalogue has; None if it has none or cannot be read."""
        if self.bundle is None or not len(self.bundle.catalog):
            return None
        return float((catalog.rows(self.bundle.catalog.movie_id) >= 0).mean())

    def ndcg(self, examples: Sequence[HeldOutExample], movies: MovieState, *, asked_from_ms: int) -> FloatArray | str:
        """(l,) nDCG@10 of each list as its trial ranker orders it, or why there is none.

        The model as it serves has usually learned from the newest window, and knows the answers. Its trial ranker has
        not: it is compared with the new trial ranker, on the same candidates, and each has missed the newest window of
        its own training.

        Args:
            asked_from_ms: the oldest rating that is to be found.
        """
        if self.bundle is None:
            return self.problem
        trial_until_ms = self.bundle.report.get(TRIAL_UNTIL)
        if self.bundle.trial is None or trial_until_ms is None:
            return "its bundle has no trial ranker"
        if trial_until_ms > asked_from_ms:
            return "its trial ranker has learned from the newest window"
        trial = lgb.Booster(model_str=self.bundle.trial)
        return np.array([ndcg_of(one, predict(trial, one.features), movies) for one in examples])


def ndcg_of(one: HeldOutExample, score: FloatArray, movies: MovieState) -> float:
    """nDCG@10 of an example's candidates by these scores; of equal scores, the more popular first."""
    best = one.row[np.lexsort((-movies.prior[one.row], -score))[:K]]
    return ndcg_at(np.isin(movies.catalog.movie_id[best], one.example.liked), len(one.example.liked), K)
