"""A pin: a ranking as it was first answered, with all that its next pages are made of."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from marquee.contracts.ranking_bodies import Rung
from marquee.state.ratings import UserState
from ranker.pinning.kept_order import KeptOrder
from ranker.pinning.packing import Arrays, packed, unpacked


@dataclass(frozen=True, slots=True)
class Pin:
    """One ranking.

    Attributes:
        secret: what its page tokens are signed with. created_ms: Unix milliseconds of its first answer.
        model_version: of the model whose catalogue the order counts in.
        user_id, movie_id: of the request; both None for a user as if they had rated otherwise.
        k, explain: of the request.
        rung, degraded: of the first answer. candidates: `meta.candidates` of it.
        user: the ratings that it was made with; none for movies similar to one.
    """

    secret: bytes
    created_ms: int
    model_version: str
    user_id: int | None
    movie_id: int | None
    k: int
    explain: bool
    rung: Rung
    degraded: tuple[str, ...]
    candidates: int | None
    user: UserState
    order: KeptOrder

    def packed(self) -> bytes:
        """What Redis keeps; `read` gives an equal pin back."""
        own = {
            "secret": self.secret.hex(),
            "created_ms": self.created_ms,
            "model_version": self.model_version,
            "user_id": self.user_id,
            "movie_id": self.movie_id,
            "k": self.k,
            "explain": self.explain,
            "rung": self.rung,
            "degraded": self.degraded,
            "candidates": self.candidates,
        }
        return packed(own | self.order.header(), {**_columns(self.user), **self.order.arrays()})

    @classmethod
    def read(cls, value: bytes) -> "Pin":
        """What `packed` gave."""
        header, arrays = unpacked(value)
        return cls(
            secret=bytes.fromhex(header["secret"]),
            created_ms=header["created_ms"],
            model_version=header["model_version"],
            user_id=header["user_id"],
            movie_id=header["movie_id"],
            k=header["k"],
            explain=header["explain"],
            rung=Rung(header["rung"]),
            degraded=tuple(header["degraded"]),
            candidates=header["candidates"],
            user=_user(arrays),
            order=KeptOrder.read(header, arrays),
        )


def _columns(user: UserState) -> dict[str, Any]:
    half_stars = (user.rating * 2).round().astype(np.uint8)
    return {"movie_id": user.movie_id, "rated_at": user.rated_at, "half_stars": half_stars}


def _user(arrays: Arrays) -> UserState:
    stars = arrays["half_stars"] * np.float32(0.5)
    return UserState(arrays["movie_id"], stars, arrays["rated_at"])
