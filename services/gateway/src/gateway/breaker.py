"""When to ask a service that did not answer again: not every request has to wait out the same timeout. Pure."""

from dataclasses import dataclass
from enum import Enum, auto


class Admission(Enum):
    """How a call is let through."""

    USUAL = auto()
    PROBE = auto()  # the one call at a time that finds out whether the service answers again


@dataclass(slots=True)
class Breaker:
    """Opens at a timeout; while it is open, one probe at a time is let through, pause_s after the last one failed.

    Any answer closes it, a refusal included: what is answered at once costs nobody any time. Times are the caller's,
    in seconds of one monotonic clock.
    """

    pause_s: float
    _probe_from: float | None = None  # None: closed
    _is_probing: bool = False

    def admit(self, now: float) -> Admission | None:
        """How a call may go out; None: not now. Each admission is followed by one `answered` or `unanswered`."""
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
        """A call timed out, or was given up. One from before the breaker opened says nothing new."""
        if admission is Admission.PROBE:
            self._is_probing = False
        elif self._probe_from is not None:
            return
        self._probe_from = now + self.pause_s
