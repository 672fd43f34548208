"""Decides when to call a service again after a timeout, so that not every request waits for its own. Pure."""

from dataclasses import dataclass
from enum import Enum, auto


class Admission(Enum):
    """How a call is let through."""

    USUAL = auto()
    PROBE = auto()  # the one call at a time that finds out whether the service answers again


@dataclass(slots=True)
class Breaker:
    """Opens at a timeout. While open, it admits one probe at a time, `pause_s` after the last one failed.

    Any answer closes it, even a refused connection: a fast failure delays nobody. Times come from the caller, in
    seconds of one monotonic clock. A larger `pause_s` spares a failing service, and notices its recovery later.
    """

    pause_s: float
    _probe_from: float | None = None  # None: closed
    _is_probing: bool = False

    def admit(self, now: float) -> Admission | None:
        """How a call is let through, or None if it is not. Each admission needs one `answered` or `unanswered`."""
        if self._probe_from is None:
            return Admission.USUAL
        if self._is_probing or now < self._probe_from:
            return None
        self._is_probing = True
        return Admission.PROBE

    def answered(self) -> None:
        """A call was answered, or refused at once."""
        self._probe_from, self._is_probing = None, False

    def unanswered(self, admission: Admission, now: float) -> None:
        """A call timed out or was cancelled. One admitted before the breaker opened changes nothing."""
        if admission is Admission.PROBE:
            self._is_probing = False
        elif self._probe_from is not None:
            return
        self._probe_from = now + self.pause_s
