"""A ranker's trained models on the checkerboard world, and whole answers of them."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from time import perf_counter

from marquee.bundle import Bundle, load_bundle
from marquee.contracts.rank_request import GroupSubject, RankRequest
from marquee.contracts.ranking_bodies import Rung
from marquee.contracts.ranking_fields import RankingFields, card_without_details
from marquee.state.item_stats import ItemStats
from marquee.state.ratings import UserState
from ranker.answers import CardOf, similar_answer, user_answer
from ranker.group_answers import group_answer
from ranker.online import KnownUser
from ranker.scoring import RankerModel
from ranker.serving import Serving
from ranker.stopwatch import Stopwatch
from support.trainings import ENOUGH, TOO_FEW, a_training
from support.worlds import a_user, checkerboard

KNOWN = a_user((1, 5.0), (3, 5.0), (5, 4.0), (2, 1.0))
"""Likes odd movies, and 2 not."""


@cache
def bundle_of(n_users: int) -> Bundle:
    """A small training, written and read back."""
    parts = a_training(n_users)
    with tempfile.TemporaryDirectory() as folder:
        return load_bundle(parts.write(Path(folder), version="v1", created_at=datetime(2020, 1, 1, tzinfo=UTC)))


def serving(bundle: Bundle, n_users: int = ENOUGH) -> Serving:
    """A bundle in the ranker's hands, with the statistics of its own ratings."""
    return Serving.of(RankerModel.of(bundle), ItemStats.of(checkerboard(n_users=n_users)))


@cache
def trained() -> Serving:
    return serving(bundle_of(ENOUGH))


@cache
def modelless() -> Serving:
    return serving(bundle_of(TOO_FEW), TOO_FEW)


def answer(rung: Rung, wishes: Mapping[str, object]) -> RankingFields:
    """The ranker's answer to a request that gets this rung."""
    if rung is Rung.SIMILAR:
        return similar_answer_for(trained(), {"movie_id": 1, **wishes})
    state = UserState.empty() if rung is Rung.COLD else KNOWN
    used = modelless() if rung is Rung.RETRIEVAL else trained()
    return answer_for(used, KnownUser(state, missing="redis" if rung is Rung.STALE else None), wishes)


def answer_for(
    used: Serving, user: KnownUser, wishes: Mapping[str, object], card_of: CardOf = card_without_details
) -> RankingFields:
    """The ranker's answer for a user of whom this is known."""
    request = RankRequest.model_validate({"user_id": 1, **wishes})
    return user_answer(used, user, request, card_of, Stopwatch(perf_counter), ranking_id="r")


def group_answer_for(
    used: Serving, users: Sequence[KnownUser], wishes: Mapping[str, object], card_of: CardOf = card_without_details
) -> RankingFields:
    """The ranker's answer for users 1, 2, ..., of whom this is known."""
    request = RankRequest.model_validate({"user_ids": list(range(1, len(users) + 1)), **wishes})
    assert isinstance(request.subject, GroupSubject)
    return group_answer(used, request.subject, users, request, card_of, Stopwatch(perf_counter), ranking_id="r")


def found_or_filled_up(used: Serving) -> Serving:
    """The same, but that each source finds three movies only: most of a long list was found by none."""
    bundle = used.model.bundle
    config = bundle.retrieval.config.model_copy(update={"per_source": 3})
    bundle = replace(bundle, retrieval=replace(bundle.retrieval, config=config))
    return replace(used, model=replace(used.model, bundle=bundle))


def similar_answer_for(
    used: Serving, wishes: Mapping[str, object], card_of: CardOf = card_without_details
) -> RankingFields:
    """The ranker's answer to a request that names a movie."""
    request = RankRequest.model_validate(wishes)
    assert request.movie_id is not None
    return similar_answer(used, request.movie_id, request, card_of, Stopwatch(perf_counter), ranking_id="r")
