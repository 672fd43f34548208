"""What the families of similar movies read: one movie, its candidates, and what each source says of them."""

from dataclasses import dataclass

from marquee.features.movie_features import MovieFeatures
from marquee.retrieval.fitted import FittedRetrieval
from marquee.retrieval.neighbourhood import Neighbourhood
from marquee.state.movie_table import RowArray


@dataclass(frozen=True, slots=True)
class PairContext:
    """Arguments of every family's `values`.

    What a family says of a candidate depends on the pair alone, not on the other candidates: a filter changes no score.

    Attributes:
        near: what the sources say of the movie's neighbours. rows: (m,) the candidates' catalogue rows.
    """

    retrieval: FittedRetrieval
    movies: MovieFeatures
    near: Neighbourhood
    rows: RowArray
