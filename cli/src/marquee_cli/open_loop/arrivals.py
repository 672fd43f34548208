"""When the requests of an open loop are meant to be sent, and at which rates it is tried. Pure."""

from collections.abc import Callable, Iterator
from typing import TypeVar

import numpy as np
import numpy.typing as npt

Step = TypeVar("Step")
FloatArray = npt.NDArray[np.float64]

PREFERRED = (1.0, 1.25, 1.6, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0)
"""Of each decade; a rate is at most a third higher than the one before."""
TOO_MUCH_IN_A_ROW = 2
"""Steps after which no higher rate is tried. One alone may be a hiccup of the machine."""


def arrivals(rate_per_s: float, seconds: float) -> FloatArray:
    """Intended times of the requests of one step, evenly spaced.

    Returns:
        (rate x seconds,) seconds from the beginning of the step, the first 0; at least one request.
    Raises:
        ValueError: the rate is not positive.
    """
    if rate_per_s <= 0:
        raise ValueError(f"the rate must be positive, got {rate_per_s!r}")
    return np.arange(max(1, round(rate_per_s * seconds)), dtype=np.float64) / rate_per_s


def rates(first: float, last: float) -> Iterator[float]:
    """The preferred rates from `first` to `last`, both included if they are preferred ones."""
    decade = 1.0
    while decade <= last:
        yield from (decade * each for each in PREFERRED if first <= decade * each <= last)
        decade *= 10


def climb(
    rates_per_s: Iterator[float], measure: Callable[[float], Step], *, is_too_much: Callable[[Step], bool]
) -> Iterator[Step]:
    """Measure one rate after the other until TOO_MUCH_IN_A_ROW were too much, or there is none left."""
    too_much = 0
    for rate_per_s in rates_per_s:
        step = measure(rate_per_s)
        yield step
        too_much = too_much + 1 if is_too_much(step) else 0
        if too_much == TOO_MUCH_IN_A_ROW:
            return
