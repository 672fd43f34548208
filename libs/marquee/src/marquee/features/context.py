"""What the user-dependent families read: one user, the candidates, and the scores that retrieval gave them."""

from dataclasses import dataclass

import numpy as np

from marquee.features.movie_features import MovieFeatures
from marquee.retrieval.candidates import Candidates
from marquee.retrieval.fitted import FittedRetrieval
from marquee.retrieval.history import History
from marquee.retrieval.sources import Retrieved
from marquee.state.movie_state import MovieState
from marquee.state.movie_table import RowArray


@dataclass(frozen=True, slots=True)
class RankContext:
    """Arguments of every family's `values`; made by `describe.described` alone."""

    retrieval: FittedRetrieval
    movies: MovieFeatures
    history: History
    retrieved: Retrieved
    candidates: Candidates

    @property
    def state(self) -> MovieState:
        """The movies' state, aligned with the catalogue's rows."""
        return self.movies.state

    @property
    def rows(self) -> RowArray:
        """(m,) the candidates' catalogue rows."""
        return self.candidates.row

    @property
    def last_visit_ms(self) -> float:
        """Time of the user's newest rating, NaN without any."""
        return float(self.history.rated_at[0]) if len(self.history) else float("nan")

    @property
    def idle_days(self) -> np.float32:
        """Logical days since the last visit, 0 within the newest week and after it."""
        return np.float32(self.state.time.idle_days(self.last_visit_ms))
