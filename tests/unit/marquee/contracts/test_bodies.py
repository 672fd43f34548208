"""Request bodies: a ranking request has exactly one subject, and says which."""

import pytest
from pydantic import ValidationError

from marquee.contracts.rank_request import MovieSubject, RankRequest, UserSubject


def test_a_request_is_about_the_user_or_the_movie_that_it_names() -> None:
    assert RankRequest(user_id=7).subject == UserSubject(7)
    assert RankRequest(movie_id=7).subject == MovieSubject(7)


@pytest.mark.parametrize("given", [{}, {"user_id": 1, "movie_id": 2}])
def test_a_request_without_a_subject_or_with_two_is_refused(given: dict[str, int]) -> None:
    with pytest.raises(ValidationError, match="exactly one of user_id, movie_id, ratings"):
        RankRequest.model_validate(given)


RECEIPT = {"event_id": "7f1c7c64-1d4a-4b8e-9a57-7c1f2d9d5a11", "partition": 1, "offset": 5}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"movie_id": 1, "after": [RECEIPT]}, ("after",)),
        ({"user_id": 1, "after": [RECEIPT] * 21}, ("after",)),
        ({"user_id": 1, "after": [RECEIPT | {"topic": "catalog.v1"}]}, ("after", 0, "topic")),
        ({"user_id": 1, "after": [RECEIPT | {"partition": 8}]}, ("after", 0, "partition")),
        ({"user_id": 1, "after": [RECEIPT | {"offset": -1}]}, ("after", 0, "offset")),
    ],
    ids=["a movie", "21 receipts", "no topic of a user", "no such partition", "no such offset"],
)
def test_receipts_that_no_202_can_have_given_are_refused_by_their_field(
    given: dict[str, object], field: tuple[str | int, ...]
) -> None:
    with pytest.raises(ValidationError) as refused:
        RankRequest.model_validate(given)

    assert [error["loc"] for error in refused.value.errors()] == [field]
