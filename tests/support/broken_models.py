"""A small world in which a model can be judged, and ways in which its training goes wrong."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from scipy import sparse

from marquee.bundle import BundleParts
from marquee.contracts.verdict import Verdict
from marquee.features.vector import NAMES
from marquee.retrieval import content
from marquee.state.movie_table import MovieTable
from marquee.state.ratings import Ratings
from support.trainings import LATER_MS
from support.worlds import a_catalog, checkerboard
from trainer.champion import Champion
from trainer.config import TrainingConfig
from trainer.executor import HERE
from trainer.held_out import HeldOut
from trainer.lists import TrainingLists
from trainer.pipeline import train, train_ranker
from trainer.window_lists import Inputs, window_lists

N_USERS, N_MOVIES = 100, 60
CONFIG = TrainingConfig(seed=0).with_settings(
    ["windows.cuts=0.7,0.8,0.9", "ranker.min_trees=40", "ranker.usual_trees=40", "ranker.max_trees=40"]
)
SHUFFLED = "ease_taste"
Breakage = Callable[[TrainingLists], TrainingLists]


def returning_users(n_users: int = N_USERS, *, seed: int = 0) -> Ratings:
    """The checkerboard with its times dealt out anew: everybody is still there in the newest window."""
    ratings = checkerboard(n_users, N_MOVIES, each=24, seed=seed)
    return replace(ratings, rated_at=np.random.default_rng(seed).permutation(ratings.rated_at)).in_time_order()


@dataclass(frozen=True)
class World:
    """Ratings, movies, and what a training makes of them; a ranker is trained from its lists, whole or broken."""

    ratings: Ratings
    catalog: MovieTable
    lists: TrainingLists
    held_out: HeldOut

    @classmethod
    def made(cls, seed: int = 0) -> "World":
        ratings, catalog = returning_users(seed=seed), a_catalog(N_MOVIES, with_people=True)
        return cls(ratings, catalog, *prepared(ratings, catalog))

    def verdict(
        self, lists: TrainingLists, champion: Champion | None = None, config: TrainingConfig = CONFIG
    ) -> Verdict:
        """On a ranker that is trained from these lists."""
        return train_ranker(lists, self.held_out, self.catalog, config, lambda _: None, champion=champion).verdict

    def champion(self, folder: Path, *, share: float = 0.9) -> Champion:
        """What serves: trained when this share of the ratings had been given."""
        earlier = self.ratings.take(slice(0, int(len(self.ratings) * share)))
        parts = train(earlier, self.catalog, as_of_ms=LATER_MS, config=CONFIG)
        return Champion.opened(parts.write(folder, version="champion", created_at=datetime(2026, 1, 1, tzinfo=UTC)))


def prepared(ratings: Ratings, catalog: MovieTable) -> tuple[TrainingLists, HeldOut]:
    """The lists of all windows, and the newest window."""
    inputs = Inputs.of(ratings, catalog, content.fit(catalog, CONFIG.retrieval.content), CONFIG)
    lists, held_out = window_lists(HERE.share(inputs), lambda _: None)
    assert held_out is not None
    return lists, held_out


def labels_flipped(lists: TrainingLists, *, share: float = 1.0) -> TrainingLists:
    """What was liked counts as not liked, and the other way round, in this share of the lists."""
    is_flipped = np.repeat(np.random.default_rng(0).random(len(lists)) < share, lists.size)
    label, trial_label = (
        np.where(is_flipped, 1 - labels, labels).astype(np.int32) for labels in (lists.label, lists.trial_label)
    )
    return replace(lists, label=label, trial_label=trial_label)


def a_feature_permuted(lists: TrainingLists) -> TrainingLists:
    features, at = lists.features.copy(), NAMES.index(SHUFFLED)
    features[:, at] = np.random.default_rng(0).permutation(features[:, at])
    return replace(lists, features=features)


def in_another_order(lists: TrainingLists) -> TrainingLists:
    return replace(lists, features=np.ascontiguousarray(lists.features[:, ::-1]))


def without_numbers(lists: TrainingLists) -> TrainingLists:
    return replace(lists, features=np.full_like(lists.features, np.nan))


def an_account_of_other_scores(parts: BundleParts) -> BundleParts:
    """The account of one leaf is not what ONNX scores there: a ranking with a movie in it cannot be explained."""
    assert parts.trees is not None
    account = parts.trees.account.copy()
    account[0, 0, 0] += 1
    return replace(parts, trees=replace(parts.trees, account=account))


def a_feature_without_content(parts: BundleParts) -> BundleParts:
    """What movies are about was there in training and is not in serving: no movie is like another in it."""
    terms = parts.retrieval.terms
    nothing = sparse.csr_array(terms.shape, dtype=terms.dtype)
    return replace(parts, retrieval=replace(parts.retrieval, terms=nothing))
