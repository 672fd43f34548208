"""Ranking without a belief: a code's part is gone, and a genre or person that is muted might as well not be."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from marquee.contracts.rank_request import RankRequest
from marquee.contracts.ranking_bodies import Ranking, Rung
from marquee.contracts.reason_codes import ReasonCode
from marquee.retrieval import content
from marquee.state.movie_table import MovieTable
from marquee.state.ratings import UserState
from ranker.mute import Muted
from ranker.online import KnownUser
from ranker.ranking import Order
from ranker.serving import Serving
from ranker.subjects import order_for
from support.serving import KNOWN, answer_for, found_or_filled_up, group_answer_for, modelless, trained

USER = KnownUser(KNOWN)


def order(served: Serving, mute: Sequence[str] = (), user: KnownUser = USER, **wishes: Any) -> Order:
    return order_for(served, user, RankRequest(user_id=1, mute=tuple(mute), **wishes), at_least=40)


def x_of(found: Order) -> np.ndarray[Any, Any]:
    assert found.known is not None
    return found.known.x


@pytest.mark.parametrize("served", [trained, modelless], ids=["model", "retrieval order"])
@pytest.mark.parametrize("code", [ReasonCode.LIKED_SIMILAR, ReasonCode.TASTE_CONTENT, ReasonCode.POPULAR])
def test_a_muted_codes_part_is_left_out_of_every_score_and_the_rest_adds_up(served: Any, code: ReasonCode) -> None:
    full = order(served()).first(40)
    column = full.codes.index(code)
    expected = full.score - full.contribution[:, column]

    muted = order(served(), [code.value.upper()]).first(40)

    assert code not in muted.codes
    assert dict(zip(muted.row.tolist(), muted.score.round(4).tolist(), strict=True)) == dict(
        zip(full.row.tolist(), expected.round(4).tolist(), strict=True)
    )
    np.testing.assert_allclose(muted.base + muted.contribution.sum(axis=1), muted.score)
    assert (np.diff(muted.score) <= 0).all()


def test_muting_all_codes_leaves_the_base_alone() -> None:
    muted = order(trained(), list(ReasonCode)).first(40)

    assert (muted.score == muted.base).all()
    assert muted.codes == ()


def test_movies_that_fill_up_a_muted_list_stay_at_its_end() -> None:
    served = found_or_filled_up(trained())
    full = order(served)
    fillers = [
        movie for movie, sources in zip(full.movie_id.tolist(), full.first(40).sources, strict=True) if not sources
    ]

    muted = order(served, ["liked_similar"])

    assert fillers
    assert muted.movie_id.tolist()[-len(fillers) :] == fillers


def with_movies(served: Serving, movies: MovieTable) -> Serving:
    """The same model and the same crowd, in a world where movies are made of something else."""
    bundle = served.model.bundle
    terms = content.fit(movies, bundle.retrieval.config.content)
    retrieval = replace(bundle.retrieval, terms=terms.weights, term_names=terms.names)
    state = replace(served.movies.state, catalog=movies, genres=movies.genres.astype(np.float32))
    model = replace(served.model, bundle=replace(bundle, catalog=movies, retrieval=retrieval))
    return replace(served, model=model, movies=replace(served.movies, state=state))


def varied(movies: MovieTable) -> MovieTable:
    """With keywords of their own, so that no two movies are equally similar to a third."""
    rng = np.random.default_rng(0)
    words = [f"word {at}" for at in range(15)]
    return replace(movies, keywords=tuple(tuple(rng.choice(words, 4, replace=False).tolist()) for _ in movies.titles))


def directed(name: str, movie_ids: Sequence[int]) -> Serving:
    """The world in which somebody directed these movies too."""
    movies = varied(trained().catalog)
    directors = tuple(
        (*own, name) if movie in movie_ids else own
        for movie, own in zip(movies.movie_id.tolist(), movies.directors, strict=True)
    )
    return with_movies(trained(), replace(movies, directors=directors))


def test_with_a_person_muted_it_makes_no_difference_what_the_person_made() -> None:
    some, others = directed("Agnès Varda", [1, 3, 9, 11]), directed("Agnès Varda", [2, 20, 22])
    assert not np.array_equal(x_of(order(some)), x_of(order(others)))

    one, other = order(some, ["AGNÈS VARDA"]), order(others, ["agnès varda"])

    np.testing.assert_allclose(x_of(one), x_of(other), rtol=1e-5, atol=1e-6)
    assert one.movie_id.tolist() == other.movie_id.tolist()


def test_with_a_genre_muted_it_makes_no_difference_which_movies_have_it() -> None:
    def noir(movie_ids: Sequence[int]) -> Serving:
        movies = varied(trained().catalog)
        member = np.isin(movies.movie_id, movie_ids)[:, None]
        genres = np.concatenate([movies.genres, member], axis=1)
        return with_movies(trained(), replace(movies, genres=genres, genre_names=(*movies.genre_names, "Noir")))

    some, others = noir([1, 3, 9, 11]), noir([2, 20, 22])
    assert not np.array_equal(x_of(order(some)), x_of(order(others)), equal_nan=True)

    one, other = order(some, ["noir"]), order(others, ["Noir"])

    np.testing.assert_allclose(x_of(one), x_of(other), rtol=1e-5, atol=1e-6)
    assert one.movie_id.tolist() == other.movie_id.tolist()


def test_a_muted_person_leaves_what_is_no_taste_for_a_person() -> None:
    served = trained()

    plain, muted = order(served), order(served, ["John Lasseter"])

    families = np.array([each.family for each in served.model.bundle.manifest.features])
    differs = (x_of(plain) != x_of(muted)) & ~np.isnan(x_of(plain))
    assert set(families[differs.any(axis=0)]) == {ReasonCode.TASTE_CONTENT}
    assert muted.score.tolist() != plain.score.tolist()


@pytest.mark.parametrize("mute", [["John Lasseter"], ["Genre1"], ["taste_genre", "Joe Johnston"], ["nobody at all"]])
def test_an_answer_without_a_belief_adds_up_and_does_not_name_it(mute: list[str]) -> None:
    ranking = Ranking.model_validate(answer_for(trained(), USER, {"mute": mute, "k": 12}))

    assert ranking.meta.rung is Rung.PERSONAL
    for card in ranking.items:
        parts = sum(reason.contribution for reason in card.reasons)
        assert card.base + parts == pytest.approx(card.score, abs=1e-4)


def test_a_name_that_the_model_does_not_know_changes_nothing() -> None:
    plain, muted = order(trained()), order(trained(), ["Nobody"])

    np.testing.assert_array_equal(plain.score, muted.score)
    assert muted.first(3).muted == {"nobody"}


def test_a_cold_list_and_every_person_of_a_group_do_without_the_belief() -> None:
    cold = order(trained(), ["popular"], KnownUser(UserState.empty())).first(5)
    ranking = Ranking.model_validate(group_answer_for(trained(), [USER, USER], {"mute": ["liked_similar"]}))

    assert (cold.score == 0).all()
    codes = {reason.code for card in ranking.items for person in card.people for reason in person.reasons}
    assert codes
    assert ReasonCode.LIKED_SIMILAR not in codes


def test_a_keyword_is_not_muted_by_its_name_and_an_earlier_bundle_keeps_its_terms() -> None:
    served = trained()
    bundle = served.model.bundle
    nameless = replace(bundle, retrieval=replace(bundle.retrieval, term_names=()))

    by_keyword = Muted.of(["keyword 1"]).world(served)
    unnamed = Muted.of(["John Lasseter"]).world(replace(served, model=replace(served.model, bundle=nameless)))

    assert by_keyword.model.bundle.retrieval.terms is bundle.retrieval.terms
    assert unnamed.model.bundle.retrieval.terms is bundle.retrieval.terms
