"""A fact that a reason can be told by: a form of sentence whose claim holds, and what fills it."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from marquee.contracts.forms import Form
from marquee.contracts.ranking_fields import EvidenceFields, RatedMovieFields
from marquee.contracts.sentences import FORMS
from marquee.contracts.slots import Slots
from marquee.retrieval.history import History
from marquee.state.movie_table import MovieTable

Titles = Callable[[int], str]
"""The title of a movie id."""


class Told:
    """One fact. Immutable, so that those about a movie alone serve every request.

    Attributes:
        evidence: what can be counted or named of it. cites: movie ids of the user's ratings that the sentence names.
    """

    __slots__ = ("_text", "cites", "evidence", "form", "slots")

    def __init__(
        self,
        form: Form,
        slots: Slots,
        evidence: tuple[EvidenceFields, ...] = (),
        cites: tuple[int, ...] = (),
    ) -> None:
        self.form, self.slots, self.evidence, self.cites = form, slots, evidence, cites
        self._text: str | None = None

    @property
    def text(self) -> str:
        """The sentence; put together when first read."""
        text = self._text
        if text is None:
            text = self._text = self.form.text(self.slots)
        return text


Ladder = Iterator[Told]
"""The facts that hold, the one to be told first in front; the last one claims nothing."""

NOTHING_BY_CODE = {form.code: Told(form, {}) for form in FORMS.values() if not form.slots}
"""For each code the sentence that claims nothing."""


def one_decimal(mean: float) -> float:
    """A mean as it is printed; comparisons are made with this, so that none of equal numbers is called larger."""
    return round(mean, 1)


def percent(part: int, whole: int) -> int:
    """A share in whole percent; 0 of nothing."""
    return round(100 * part / whole) if whole else 0


class Citation(NamedTuple):
    """A rating of the user as evidence, and as the slots that name it; `row` is its movie's."""

    row: int
    evidence: RatedMovieFields
    slots: Slots


class Citations:
    """The ratings of a user by their positions in the history; each is put together once per ranking."""

    def __init__(self, history: History, movies: MovieTable, titles: Titles) -> None:
        self._history, self._movies, self._titles = history, movies, titles
        self._known: dict[int, Citation] = {}

    def __getitem__(self, position: int) -> Citation:
        known = self._known.get(position)
        if known is None:
            row = int(self._history.row[position])
            movie_id, rating = int(self._movies.movie_id[row]), float(self._history.rating[position])
            title = self._titles(movie_id)
            evidence: RatedMovieFields = {
                "kind": "rated_movie", "label": title, "movie_id": movie_id, "rating": rating,
            }  # fmt: skip
            known = Citation(row, evidence, {"rating": rating, "title": title, "movie_id": movie_id})
            self._known[position] = known
        return known
