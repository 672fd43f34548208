"""Rankings that no cache can answer: the same work, and no request twice."""

import json
from itertools import islice

from marquee.contracts.events import MAX_ID
from marquee_cli.computed import computed, unused_ids
from marquee_cli.load import Call


def without_exclude(call: Call) -> dict[str, object]:
    return {name: value for name, value in (call.body or {}).items() if name != "exclude"}


def test_no_computed_ranking_is_asked_for_twice_and_all_are_of_one_size() -> None:
    calls = list(islice(computed("user_id", [7, 8, 9], unused_ids(), k=25), 300))

    assert len({json.dumps(call.body) for call in calls}) == 300
    assert [without_exclude(call) for call in calls] == [{"user_id": 7 + n % 3, "k": 25} for n in range(300)]
    assert all(len((call.body or {})["exclude"]) == 1 for call in calls)


def test_the_movies_left_out_have_ids_that_the_api_takes() -> None:
    assert 1_000_000_000 < next(unused_ids()) < MAX_ID / 2
