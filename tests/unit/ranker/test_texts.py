"""Sentences say what the evidence says, and the sign decides their direction."""

import pytest

from marquee.contracts.reason_codes import ReasonCode
from ranker.texts import text

HEAT = {"kind": "rated_movie", "label": "Heat", "movie_id": 6, "rating": 5.0}
ALIEN = {"kind": "rated_movie", "label": "Alien", "movie_id": 7, "rating": 4.5}


@pytest.mark.parametrize(
    ("code", "evidence", "expected"),
    [
        ("liked_similar", [HEAT], "Because you rated Heat 5"),
        ("liked_similar", [HEAT, ALIEN], "Because you rated Heat 5 and Alien 4.5"),
        ("liked_similar", [], "People who like what you like rate it highly"),
        ("taste_genre", [{"kind": "genre", "label": "Crime"}], "You like Crime"),
        ("well_rated", [{"kind": "count", "value": 4.256}], "Rated well by those who saw it: 4.3 of 5"),
        ("popular", [{"kind": "count", "value": 1234.0}], "Popular with everyone: 1,234 people rated it"),
    ],
)
def test_given_evidence_when_said_then_the_sentence_names_it(
    code: str, evidence: list[dict[str, object]], expected: str
) -> None:
    assert text(code, 0.5, evidence) == expected


@pytest.mark.parametrize("code", list(ReasonCode))
def test_given_any_code_when_said_then_both_directions_have_a_sentence(code: ReasonCode) -> None:
    assert text(code, 0.1, []) != text(code, -0.1, [])
