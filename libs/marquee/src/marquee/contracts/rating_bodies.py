"""Bodies of live ratings: what is sent, and the receipts of what was accepted."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from marquee.contracts.bodies import Answer, Body, BodyId, BodyStars, BodyTime, RaterId, at_most
from marquee.contracts.events import MAX_ID
from marquee.contracts.topics import PARTITIONS

MAX_RATINGS = 500
ReceiptTopic = Literal["ratings.v1", "activity.v1"]


class GivenReceipt(Body):
    """A receipt as a 202 gave it, sent back."""

    event_id: UUID
    topic: ReceiptTopic = "ratings.v1"
    partition: int = Field(ge=0, lt=PARTITIONS, strict=True)
    offset: int = Field(ge=0, le=MAX_ID, strict=True)


class LiveRating(Body):
    event_id: UUID = Field(description="chosen by the client; sending it again changes nothing")
    user_id: RaterId
    movie_id: BodyId
    rating: BodyStars
    rated_at: BodyTime | None = Field(
        default=None, description="with an offset; defaults to now; up to a day ahead counts as now"
    )


class RatingsRequest(Body):
    ratings: Annotated[tuple[LiveRating, ...], Field(min_length=1, max_length=MAX_RATINGS), at_most(MAX_RATINGS)]


class Receipt(Answer):
    """Where the log keeps an accepted event."""

    event_id: UUID
    topic: ReceiptTopic = "ratings.v1"
    partition: int
    offset: int


class Receipts(Answer):
    receipts: tuple[Receipt, ...]
