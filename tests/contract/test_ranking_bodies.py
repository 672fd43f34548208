"""What is sent as a ranking is the published body: on every rung no unknown field, no missing one, each of its type."""

from collections.abc import Callable, Mapping
from typing import Any, get_args

import orjson
import pytest
from pydantic import BaseModel

from gateway.fallback import popular
from marquee.contracts import ranking_bodies as bodies
from marquee.contracts import ranking_fields as fields
from marquee.contracts.movie_bodies import Card
from marquee.contracts.rank_request import RankRequest
from marquee.contracts.ranking_bodies import Ranking, Rung
from marquee.state.ratings import UserState
from ranker.online import KnownUser
from ranker.serving import Serving
from support.few_movies import CARDS, FewMovies
from support.serving import KNOWN, answer, group_answer_for, modelless, trained

REQUESTS: list[dict[str, Any]] = [
    {},
    {"k": 40, "diversity": 0.5},
    {"explain": False},
    {"filters": {"genres": ["No such genre"]}},
]
PAIRS: list[tuple[type[BaseModel], type]] = [
    (Card, fields.CardFields),
    (bodies.RankedCard, fields.RankedCardFields),
    (bodies.Member, fields.MemberFields),
    (bodies.Fact, fields.FactFields),
    (bodies.Reason, fields.ReasonFields),
    (bodies.Freshness, fields.FreshnessFields),
    (bodies.Stages, fields.StagesFields),
    (bodies.RankMeta, fields.RankMetaFields),
    (bodies.Ranking, fields.RankingFields),
]
EVIDENCE: dict[str, Any] = {get_args(each.__annotations__["kind"])[0]: each for each in get_args(fields.EvidenceFields)}


def sent(rung: Rung, wishes: Mapping[str, Any]) -> bytes:
    """The body on this rung, as it goes over the wire."""
    if rung is Rung.POPULAR:
        request = RankRequest.model_validate({"user_id": 1, **wishes})
        return popular(FewMovies(CARDS.values()), request, {3}, missing=("ranker",)).model_dump_json().encode()
    return orjson.dumps(answer(rung, wishes))


@pytest.mark.parametrize("wishes", REQUESTS, ids=str)
@pytest.mark.parametrize("rung", list(Rung))
def test_a_real_answer_of_every_rung_is_the_published_body(rung: Rung, wishes: dict[str, Any]) -> None:
    body = sent(rung, wishes)

    ranking = Ranking.model_validate_json(body, strict=True, extra="forbid")

    assert ranking.meta.rung is rung
    assert bool(ranking.items) == ("filters" not in wishes)
    assert any(card.reasons for card in ranking.items) == (wishes.get("explain", True) and bool(ranking.items))
    for part, promised in parts_of(ranking):
        assert part.model_fields_set >= promised.__required_keys__, type(part).__name__


@pytest.mark.parametrize("missing", [None, "redis"])
@pytest.mark.parametrize("users", [[KNOWN, KNOWN], [KNOWN, UserState.empty()], [UserState.empty()] * 2], ids=len)
@pytest.mark.parametrize("used", [trained, modelless], ids=["model", "no model"])
@pytest.mark.parametrize(
    "wishes", [*REQUESTS, {"mute": ["popular", "Genre1", "John Lasseter"]}, {"blend": "min"}], ids=str
)
def test_a_real_answer_for_a_group_is_the_published_body(
    used: Callable[[], Serving], users: list[UserState], missing: str | None, wishes: dict[str, Any]
) -> None:
    known = [KnownUser(user, missing=missing) for user in users]
    body = orjson.dumps(group_answer_for(used(), known, wishes))

    ranking = Ranking.model_validate_json(body, strict=True, extra="forbid")

    assert bool(ranking.items) == ("filters" not in wishes)
    assert all(len(card.people) == len(users) for card in ranking.items)
    for part, promised in parts_of(ranking):
        assert part.model_fields_set >= promised.__required_keys__, type(part).__name__


@pytest.mark.parametrize("rung", [rung for rung in Rung if rung is not Rung.SIMILAR])
def test_a_real_answer_without_a_belief_is_the_published_body(rung: Rung) -> None:
    body = sent(rung, {"mute": ["popular", "liked_similar", "Genre1", "John Lasseter"]})

    ranking = Ranking.model_validate_json(body, strict=True, extra="forbid")

    assert ranking.items
    for card in ranking.items:
        assert card.base + sum(reason.contribution for reason in card.reasons) == pytest.approx(card.score, abs=1e-4)
        assert not {"popular", "liked_similar"} & {reason.code for reason in card.reasons}


def parts_of(ranking: Ranking) -> list[tuple[BaseModel, Any]]:
    """Every object of an answer, and the fields that it must bring."""
    people = [person for card in ranking.items for person in card.people]
    reasons = [reason for card in ranking.items for reason in card.reasons]
    reasons += [reason for person in people for reason in person.reasons]
    return [
        (ranking, fields.RankingFields),
        (ranking.meta, fields.RankMetaFields),
        (ranking.meta.stages, fields.StagesFields),
        (ranking.meta.freshness, fields.FreshnessFields),
        *((card, fields.RankedCardFields) for card in ranking.items),
        *((person, fields.MemberFields) for person in people),
        *((reason, fields.ReasonFields) for reason in reasons),
        *((item, EVIDENCE[item.kind]) for reason in reasons for item in reason.evidence),
    ]


@pytest.mark.parametrize(("body", "typed"), PAIRS, ids=lambda each: str(each.__name__))
def test_the_typed_dictionary_has_the_fields_of_the_body(body: type[BaseModel], typed: Any) -> None:
    required = {name for name, field in body.model_fields.items() if field.is_required()}

    assert typed.__required_keys__ | typed.__optional_keys__ == set(body.model_fields)
    assert required <= typed.__required_keys__


def test_every_kind_of_evidence_has_only_fields_of_the_body() -> None:
    published = bodies.Evidence.model_fields

    assert EVIDENCE.keys() <= set(get_args(published["kind"].annotation))
    for typed in EVIDENCE.values():
        assert {"kind", "label"} <= typed.__required_keys__
        assert typed.__required_keys__ | typed.__optional_keys__ <= set(published)


def test_an_unknown_and_a_missing_field_would_be_found() -> None:
    body = orjson.loads(sent(Rung.PERSONAL, {}))

    with pytest.raises(ValueError, match="unheard_of"):
        Ranking.model_validate_json(orjson.dumps(body | {"unheard_of": 1}), strict=True, extra="forbid")
    del body["items"][0]["poster_url"]
    ranking = Ranking.model_validate_json(orjson.dumps(body), strict=True, extra="forbid")
    assert not ranking.items[0].model_fields_set >= fields.RankedCardFields.__required_keys__
