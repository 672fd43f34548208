"""Every claim of every sentence is true: recomputed from the CSV files by code that shares nothing with the product."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from marquee.contracts.sentences import FORMS
from support.real_world import Answer, RealWorld
from truth.claims import CLAIMS, fails
from truth.oracle import Oracle, Person, Rating
from truth.told import Told, reads

N_USERS, N_SEEDS, N_GUESTS = 100, 50, 10
K = 25


@dataclass(frozen=True)
class Asked:
    """An answer, and whom or what it was about."""

    answer: Answer
    you: Person
    seed: int | None = None

    def sentences(self, oracle: Oracle) -> Iterator[tuple[Answer, Told]]:
        """Every reason of every card, with what it tells."""
        for card in self.answer["items"]:
            for reason in card["reasons"]:
                assert reason.get("fact"), f"no fact behind {reason['text']!r}"
                yield reason, Told(oracle, card["movie_id"], self.you, reason["fact"]["slots"], self.seed)


@pytest.fixture(scope="session")
def of_users(world: RealWorld, oracle: Oracle) -> list[Asked]:
    """Lists of a hundred users, spread over all of them."""
    users = sorted(oracle.people)[:: len(oracle.people) // N_USERS][:N_USERS]
    return [Asked(world.for_user(user, k=K), oracle.person(user)) for user in users]


@pytest.fixture(scope="session")
def of_movies(world: RealWorld, oracle: Oracle) -> list[Asked]:
    """Lists of movies similar to one: the best known ones, and some that few people know."""
    known = sorted(oracle.raters, key=oracle.count, reverse=True)
    return [Asked(world.similar_to(seed, k=K), Person({}), seed) for seed in known[: N_SEEDS // 2] + known[25:3000:119]]


@pytest.fixture(scope="session")
def of_strangers(world: RealWorld, oracle: Oracle) -> list[Asked]:
    """The cold list, the gateway's popular list, and lists of guests who have what a user has, given by hand."""
    lists = [Asked(world.for_user(10**9, k=K), Person({})), Asked(world.popular(user_id=10**9, k=K), Person({}))]
    for user in sorted(oracle.people)[5::60][:N_GUESTS]:
        given = sorted(oracle.person(user).ratings.values(), key=lambda rating: rating.at)[-20:]
        ratings = [{"movie_id": rating.movie, "rating": rating.stars} for rating in given]
        lists.append(Asked(world.for_guest(ratings, k=K), Person.of(_of_now(given))))
    return lists


def _of_now(given: Sequence[Rating]) -> list[Rating]:
    """A guest's ratings are of today, the last one the newest."""
    return [replace(rating, at=int(time.time()) - len(given) + at) for at, rating in enumerate(given)]


@pytest.fixture(params=["of_users", "of_movies", "of_strangers"])
def lists(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(request.param)


def test_every_form_of_a_sentence_has_a_check_of_its_claim() -> None:
    assert CLAIMS.keys() == FORMS.keys()


def test_no_sentence_is_false(lists: list[Asked], oracle: Oracle) -> None:
    checked, false = Counter[str](), []
    for asked in lists:
        for reason, told in asked.sentences(oracle):
            form = reason["fact"]["form"]
            checked[form] += 1
            if parts := fails(form, told):
                false.append(f"{form} {parts}: {reason['text']!r} of movie {told.this}, {told.slots}")

    assert checked.total() >= 10 * len(lists)
    assert not false, f"{len(false)} of {checked.total()}:\n" + "\n".join(false[:10])


def test_a_lie_would_be_found(of_users: list[Asked], of_movies: list[Asked], oracle: Oracle) -> None:
    """In a sentence of every form that is told, each slot is changed in turn, and the claim fails."""
    told_once: dict[str, Told] = {}
    for asked in [*of_users, *of_movies]:
        told_once |= {reason["fact"]["form"]: told for reason, told in asked.sentences(oracle)}
    assert len(told_once) >= 25

    for form, told in told_once.items():
        for slot, value in told.slots.items():
            lie = replace(told, slots={**told.slots, slot: changed(value)})
            assert is_false(form, lie), f"{form}: {lie.slots}"


def changed(value: Any) -> Any:
    match value:
        case bool() | int():
            return value + 1
        case float():
            return value + 0.5
        case str():
            return f"{value} II"
        case _:
            return ["Nobody", *value[1:]]


def is_false(form: str, told: Told) -> bool:
    """A claim about what is not in the files is false too."""
    try:
        return bool(fails(form, told))
    except (KeyError, ValueError):
        return True


def test_a_sentence_is_its_template_with_its_slots(lists: list[Asked], oracle: Oracle) -> None:
    for asked in lists:
        for reason, told in asked.sentences(oracle):
            form = FORMS[reason["fact"]["form"]]
            assert told.slots.keys() == form.slots.keys()
            assert reason["text"] in reads(form.template, told.slots)
            assert reason["code"] == form.id.split(".")[0]
            assert form.sign * reason["contribution"] >= 0, reason


def test_the_parts_of_every_score_add_up(lists: list[Asked]) -> None:
    for asked in lists:
        for card in asked.answer["items"]:
            parts = sum(reason["contribution"] for reason in card["reasons"])
            assert card["base"] + parts == pytest.approx(card["score"], abs=1e-4)


def test_no_form_leads_more_than_a_third_of_a_list(lists: list[Asked]) -> None:
    for asked in lists:
        first = Counter(card["reasons"][0]["fact"]["form"] for card in asked.answer["items"] if card["reasons"])
        assert first.most_common(1)[0][1] <= len(asked.answer["items"]) / 3, first


def test_no_rating_is_cited_more_than_five_times_in_25_cards(of_users: list[Asked]) -> None:
    for asked in of_users:
        cited = Counter[int]()
        for card in asked.answer["items"]:
            slots = [reason["fact"]["slots"] for reason in card["reasons"] if FORMS[reason["fact"]["form"]].is_personal]
            cited.update({each[key] for each in slots for key in ("movie_id", "other_movie_id") if key in each})
        assert max(cited.values(), default=0) <= 5, cited.most_common(3)


def test_85_of_100_cards_of_users_with_20_ratings_tell_something_personal(of_users: list[Asked]) -> None:
    cards = [card for asked in of_users if len(asked.you.ratings) >= 20 for card in asked.answer["items"]]
    personal = [card for card in cards if any(is_personal_evidence(reason) for reason in card["reasons"])]

    assert len(cards) >= 2_000
    assert len(personal) >= 0.85 * len(cards), f"{len(personal)} of {len(cards)}"


def is_personal_evidence(reason: dict[str, Any]) -> bool:
    """It speaks for the movie, says something of the user's own, and brings what it rests on."""
    form = FORMS[reason["fact"]["form"]]
    return bool(form.is_personal_evidence and reason["contribution"] > 0 and reason["evidence"])


def test_evidence_is_what_the_files_have(lists: list[Asked], oracle: Oracle) -> None:
    for asked in lists:
        for reason, told in asked.sentences(oracle):
            for item in reason["evidence"]:
                assert is_in_the_files(item, told), (reason, told.this)


def is_in_the_files(item: dict[str, Any], told: Told) -> bool:
    film, label = told.film, item["label"]
    match item["kind"]:
        case "rated_movie":
            movie = item["movie_id"]
            return told.you.stars([movie]) == [item["rating"]] and bool(label == told.oracle.films[movie].title)
        case "genre":
            return bool(label in film.genres)
        case "person":
            return bool(label in film.directors + film.cast)
        case "keyword":
            return bool(label in film.keywords)
        case "year":
            return bool(label == str(film.year))
        case _:
            return bool(item["value"] >= 0)
