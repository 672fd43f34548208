"""Whether consuming keeps up, decided from looks at its lag. Pure: the clock is an argument."""

from collections import deque
from dataclasses import dataclass, field

STUCK_S = 15.0
GROWING_S = 30.0


@dataclass(slots=True)
class LagWatch:
    """The lag during the last GROWING_S seconds."""

    _looks: deque[tuple[float, int]] = field(default_factory=deque)
    _delivered: int = -1
    _moved_at: float = 0.0

    def note(self, lag: int, delivered: int, *, now: float) -> None:
        """One look.

        Args:
            lag: records not yet applied. delivered: a number that changes with every record applied.
        """
        if delivered != self._delivered or not lag:
            self._delivered, self._moved_at = delivered, now
        self._looks.append((now, lag))
        while self._looks and now - self._looks[0][0] > GROWING_S:
            self._looks.popleft()

    def complaint(self) -> str | None:
        """What is wrong: records wait and none is applied, or ever more of them wait. None if nothing is."""
        if not self._looks:
            return None
        now, lag = self._looks[-1]
        if lag and now - self._moved_at > STUCK_S:
            return f"{lag} records wait, and none was applied for {now - self._moved_at:.0f} s"
        third = GROWING_S / 3
        early = [seen for at, seen in self._looks if now - at > 2 * third]
        late = [seen for at, seen in self._looks if now - at < third]
        if len(early) > 1 and now - self._looks[0][0] > 0.9 * GROWING_S and min(late) > max(early) > 0:
            return f"{lag} records wait, and ever more of them"
        return None
