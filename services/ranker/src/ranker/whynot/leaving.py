"""Leaving: the smallest set of a person's own ratings without which a movie leaves the list.

The question is that of PRINCE (Ghazimatin et al., WSDM 2020) and ACCENT (Tran et al., SIGIR 2021): a minimal set of
one's own actions whose absence changes the recommendation. Both compute it within their model; here any model can
stand between, because every set is verified by ranking again.
"""

from collections.abc import Sequence

import numpy as np

from marquee.retrieval.history import History
from ranker.serving import Serving
from ranker.whynot.links import links_into
from ranker.whynot.search import Found, Search
from ranker.whynot.trials import Allowance, Changes

TRIED = 12
"""Ratings that are taken away one by one, at most."""
LARGEST = 3
"""Ratings taken away at once, at most."""


def would_leave(serving: Serving, allowance: Allowance, *, row: int, k: int) -> Found | None:
    """The smallest set of ratings found without which the movie is not among the first k; None if none tried is.

    Args:
        row: the movie's catalogue row.
    """
    singles = proposed_removals(serving, allowance.trials.history, row)
    return Search(singles, allowance, k, into=False, largest=LARGEST).smallest()


def proposed_removals(serving: Serving, history: History, row: int) -> Sequence[Changes]:
    """Ratings to take away, one each: those that have added most to the movie's scores first."""
    own = history.recent
    if not len(own):
        return ()
    parts = links_into(serving.model.bundle.retrieval, own.row, row).parts(own)
    carrying = [at for at in np.argsort(-parts, kind="stable")[:TRIED] if parts[at] > 0]
    return [{int(serving.catalog.movie_id[own.row[at]]): None} for at in carrying]
