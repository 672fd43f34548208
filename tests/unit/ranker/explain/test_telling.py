"""Telling: what each card says first, and that no form of sentence and no rating of the user is told too often."""

from collections import Counter
from collections.abc import Iterator

import pytest

from marquee.contracts.ranking_fields import ReasonFields
from marquee.contracts.reason_codes import ReasonCode
from marquee.contracts.sentences import FORMS
from ranker.explain.facts.told import NOTHING_BY_CODE, Told
from ranker.explain.telling import AHEAD, SMALL, Telling

POPULAR, LIKED, RUNTIME = ReasonCode.POPULAR, ReasonCode.LIKED_SIMILAR, ReasonCode.RUNTIME
CODES = (POPULAR, LIKED, RUNTIME)


def cited(movie_id: int, form: str = "liked_similar.rated") -> Told:
    slots = {"rating": 5.0, "title": "Heat", "movie_id": movie_id, "both": 3, "fans": 4}
    rated = {"kind": "rated_movie", "label": "Heat", "movie_id": movie_id, "rating": 5.0}
    return Told(FORMS[form], slots, (rated,), (movie_id,))  # type: ignore[arg-type]  # mixed values


def known(form: str = "popular.best_known") -> Told:
    slots = {"count": 9, "people": 10, "place": 1, "movies": 10, "fans": 8}
    return Told(FORMS[form], slots, ({"kind": "count", "label": "ratings", "value": 9.0},))


class Facts:
    """The same facts on every card."""

    def __init__(self, **by_code: list[Told]) -> None:
        self.by_code = by_code

    def __call__(self, place: int, code: ReasonCode, *, raises: bool) -> Iterator[Told]:
        return iter([*self.by_code.get(code.value, []), NOTHING_BY_CODE[code]])

    def neutral(self, place: int, code: ReasonCode) -> Told:
        return NOTHING_BY_CODE[code]


def told(cards: int, facts: Facts, *parts: float) -> list[list[ReasonFields]]:
    telling = Telling(cards)
    return [telling.card(at, list(parts), CODES[: len(parts)], facts) for at in range(cards)]


def forms(card: list[ReasonFields]) -> list[str]:
    return [reason["fact"]["form"] for reason in card]


@pytest.mark.parametrize(("more", "leads"), [(AHEAD - 0.01, LIKED), (AHEAD + 0.01, POPULAR)])
def test_a_rating_of_the_user_comes_first_unless_another_part_is_clearly_larger(more: float, leads: ReasonCode) -> None:
    [card] = told(1, Facts(popular=[known()], liked_similar=[cited(1)]), 0.5 + more, 0.5)

    assert card[0]["code"] is leads
    assert {reason["code"]: reason["contribution"] for reason in card} == {POPULAR: 0.5 + more, LIKED: 0.5}


def test_what_lowers_the_score_comes_last_and_has_no_evidence() -> None:
    [card] = told(1, Facts(liked_similar=[cited(1)], popular=[known()]), 0.1, -0.5, -0.1)

    assert [reason["contribution"] for reason in card] == [0.1, -0.1, -0.5]
    assert [bool(reason["evidence"]) for reason in card] == [True, False, False]


@pytest.mark.parametrize(("part", "form"), [(SMALL, "liked_similar.rated"), (SMALL - 1e-6, "liked_similar.neutral")])
def test_a_part_that_moves_no_card_passes_no_judgement(part: float, form: str) -> None:
    [card] = told(1, Facts(liked_similar=[cited(1)]), 0.0, part)

    assert forms(card) == [form]


def test_a_negligible_part_is_no_reason() -> None:
    assert told(1, Facts(), 1e-9, -1e-9, 0.0) == [[]]


def test_a_form_leads_at_most_a_third_of_the_cards_while_others_hold() -> None:
    facts = Facts(popular=[known(), known("popular.place"), known("popular.liked")], liked_similar=[])

    leads = Counter(forms(card)[0] for card in told(24, facts, 0.5))
    assert leads == {"popular.best_known": 8, "popular.place": 8, "popular.liked": 8}


def test_where_a_form_has_led_often_enough_another_part_leads() -> None:
    cards = told(3, Facts(popular=[known()], liked_similar=[known("liked_similar.neutral")]), 0.9, 0.1)

    assert [card[0]["code"] for card in cards] == [POPULAR, POPULAR, POPULAR], "what claims nothing never leads instead"
    cards = told(3, Facts(popular=[known()], runtime=[known("popular.liked")]), 0.9, 0.0, 0.1)
    assert [card[0]["code"] for card in cards][:2] == [POPULAR, RUNTIME]


def test_a_rating_is_named_on_a_fifth_of_the_cards_then_the_next_strongest() -> None:
    cards = told(25, Facts(liked_similar=[cited(1), cited(2), cited(3)]), 0.0, 0.5)

    named = Counter(item["movie_id"] for card in cards for item in card[0]["evidence"] if item["kind"] == "rated_movie")
    assert named == {1: 5, 2: 5, 3: 5}
    assert [forms(card) for card in cards[15:]] == [["liked_similar.neutral"]] * 10


def test_a_short_list_may_name_a_rating_once() -> None:
    cards = told(2, Facts(liked_similar=[cited(1), cited(2)]), 0.0, 0.5)

    assert [card[0]["fact"]["slots"]["movie_id"] for card in cards] == [1, 2]
