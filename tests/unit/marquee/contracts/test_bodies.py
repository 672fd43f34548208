"""Request bodies: a ranking request has exactly one subject, and says which."""

import pytest
from pydantic import ValidationError

from marquee.contracts.bodies import MovieSubject, RankRequest, UserSubject


def test_a_request_is_about_the_user_or_the_movie_that_it_names() -> None:
    assert RankRequest(user_id=7).subject == UserSubject(7)
    assert RankRequest(movie_id=7).subject == MovieSubject(7)


@pytest.mark.parametrize("given", [{}, {"user_id": 1, "movie_id": 2}])
def test_a_request_without_a_subject_or_with_two_is_refused(given: dict[str, int]) -> None:
    with pytest.raises(ValidationError, match="exactly one of user_id and movie_id"):
        RankRequest.model_validate(given)
