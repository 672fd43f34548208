"""What the user-dependent families read: one user, the candidates, and what retrieval said of them."""

from dataclasses import dataclass

from marquee.catalog import RowArray
from marquee.features.item_block import ItemBlock
from marquee.retrieval.candidates import Candidates, Retrieved
from marquee.retrieval.history import History
from marquee.retrieval.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class RankContext:
    """Arguments of every family's `values`; `rows` are the candidates' catalogue rows, (m,)."""

    snapshot: Snapshot
    block: ItemBlock
    history: History
    retrieved: Retrieved
    candidates: Candidates
    now_ms: int

    @property
    def rows(self) -> RowArray:
        return self.candidates.row
