"""A refresh that fails half way: what was read before counts with the next one, for no feed gives it a second time."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

import ranker.online
from marquee.errors import Transient
from marquee.state.item_stats import ItemStats
from marquee.stores.shards import Marks
from ranker.online import Online
from ranker.scoring import RankerModel
from ranker.serving import Serving
from support.similar import with_similar_model
from support.worlds import checkerboard


class Feed:
    """Gives what it is told to, once."""

    def __init__(self, *answers: bool | Transient) -> None:
        self.answers = list(answers)

    async def refresh(self, _: Marks) -> bool:
        answer = self.answers.pop(0)
        if isinstance(answer, Transient):
            raise answer
        return answer


class Stats(Feed):
    def stats(self) -> ItemStats:
        return ItemStats.of(checkerboard())


class Nothing(Feed):
    def __init__(self) -> None:
        super().__init__(*[False] * 9)

    def __len__(self) -> int:
        return 0


async def nothing_new(*_: object) -> Marks:
    return {}


async def test_counts_that_were_read_before_redis_failed_are_served_with_after_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ranker.online, "marks_of", nothing_new)
    serving = with_similar_model()
    model: RankerModel = serving.model
    stale = Serving.of(model, ItemStats.of(checkerboard().take(slice(0, 1))))
    parts = SimpleNamespace(stats=Stats(True, False), newer=Feed(Transient("away"), False))
    users = cast("Any", SimpleNamespace(space=None))
    online = Online(cast("Any", None), users, cast("Any", parts.stats), cast("Any", Nothing()), stale)
    online._newer = parts.newer

    with pytest.raises(Transient):
        await online.refresh()
    assert online.serving is stale
    await online.refresh()

    assert online.serving is not stale
    assert online.serving is not None
    assert online.serving.movies.state.count.sum() == len(checkerboard())
