"""The text of an explanation: each figure in it is one of the answer's fields, and the fields decide the words."""

import re

import pytest

from marquee.contracts.explain_bodies import Explanation
from marquee.contracts.ranking_fields import CardFields, card_without_details
from ranker.online import KnownUser
from ranker.whynot.explaining import Budget
from support.explaining import explained_for
from support.serving import KNOWN, trained

K, SOME = 5, Budget(tries=24, seconds=60)
WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]


def named(movie_id: int) -> CardFields:
    """A card whose title has no digits, so that every digit of a text is a figure."""
    spelt = " ".join(WORDS[int(digit)] for digit in str(movie_id))
    return {**card_without_details(movie_id), "title": f"Film {spelt}"}


def figures_of(item: Explanation, k: int) -> set[str]:
    """Every figure that the text may have, as it is written there."""
    found = {f"{k}", f"{item.rank}", f"{item.tried}"}
    if item.gap is not None:
        size = abs(item.gap.score)
        found |= {f"{item.gap.to_rank}", f"{size:.2f}" if size >= 0.01 else f"{size:.2g}"}
    if item.excluded_by is not None:
        found |= {f"{item.excluded_by.nearest_rank}", f"{item.excluded_by.source_limit}"}
        found |= {f"{item.excluded_by.rating:g}"} if item.excluded_by.rating is not None else set()
        found |= {each for failed in item.excluded_by.filters for each in (failed.wanted, failed.value) if each}
    if item.would_enter is not None:
        found |= {f"{item.would_enter.rank_after}"}
        stars = [s for c in item.would_enter.changes for s in (c.rating, c.rating_before) if s is not None]
        found |= {f"{each:g}" for each in stars}
    if item.would_leave is not None:
        found |= {f"{item.would_leave.rank_after}", *(f"{each.rating:g}" for each in item.would_leave.without)}
    return found


@pytest.fixture(scope="module")
def items() -> list[Explanation]:
    asked: list[dict[str, object]] = [{"movie_ids": list(range(1, 21))}]
    few = {"year_min": 1997, "year_max": 1998, "runtime_max": 95, "ratings_share_max": 0.1}
    asked.append({"movie_ids": [6, 7], "filters": few})
    answers = [explained_for(trained(), KnownUser(KNOWN), {"k": K, **wishes}, named, budget=SOME) for wishes in asked]
    return [item for answer in answers for item in answer.items]


def test_every_figure_in_a_text_is_a_field(items: list[Explanation]) -> None:
    for item in items:
        assert set(re.findall(r"\d+(?:\.\d+)?(?:e-\d+)?", item.text)) <= figures_of(item, K), item.text


def test_every_changed_rating_is_named_in_the_text(items: list[Explanation]) -> None:
    for item in items:
        for change in item.would_enter.changes if item.would_enter else ():
            assert change.title in item.text
        for gone in item.would_leave.without if item.would_leave else ():
            assert f"{gone.title} (★{gone.rating:g})" in item.text


def test_the_text_says_on_which_side_of_the_last_place_a_movie_stands(items: list[Explanation]) -> None:
    sides = {item.in_list: item.text.split(f" place {K}")[0].split()[-1] for item in items if item.gap}

    assert sides == {True: "above", False: "below"}


def test_a_text_is_whole_sentences(items: list[Explanation]) -> None:
    for item in items:
        assert re.fullmatch(r"([A-Z][^.]*(\d\.\d[^.]*)*\. ?)+", item.text), item.text
        assert item.text == item.text.strip()
