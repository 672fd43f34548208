"""How long a caller still waits, in a header between services: a duration, so that clocks need not agree."""

from marquee.http.request_id import Scope, header

TIME_LEFT = "marquee-time-left-ms"
LONGEST_S = 3_600.0


def time_left_header(seconds: float) -> dict[str, str]:
    """What a caller sends that waits this long from now on."""
    return {TIME_LEFT: str(int(seconds * 1_000))}


def time_left_s(scope: Scope, *, otherwise_s: float) -> float:
    """What a request says, at most an hour and negative if it is over; `otherwise_s` where it says nothing readable."""
    try:
        given = int(header(scope, TIME_LEFT.encode())[:16]) / 1_000
    except ValueError:
        return otherwise_s
    return min(given, LONGEST_S)
