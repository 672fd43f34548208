"""What the user-dependent families read: one user, the candidates, and what retrieval said of them."""

from dataclasses import dataclass

import numpy as np

from marquee.retrieval.candidates import Candidates, Retrieved
from marquee.retrieval.fitted import FittedRetrieval
from marquee.retrieval.history import History
from marquee.state.movie_state import MovieState
from marquee.state.movie_table import RowArray


@dataclass(frozen=True, slots=True)
class RankContext:
    """Arguments of every family's `values`; `rows` are the candidates' catalogue rows, (m,)."""

    snapshot: FittedRetrieval
    block: MovieState
    history: History
    retrieved: Retrieved
    candidates: Candidates

    @property
    def last_visit_ms(self) -> float:
        """Time of the user's newest rating, NaN without any."""
        return float(self.history.rated_at[0]) if len(self.history) else float("nan")

    @property
    def idle_days(self) -> np.float32:
        """Logical days since then, 0 within the newest week and after it."""
        return np.float32(self.block.time.idle_days(self.last_visit_ms))

    @property
    def rows(self) -> RowArray:
        return self.candidates.row
