"""A client library's complaints: once in a while, in one line."""

import logging

from marquee.logs import OncePerWhile


def passed(records: list[tuple[float, logging.LogRecord]]) -> list[str]:
    now = [0.0]
    rule = OncePerWhile("aiokafka", every_s=60, clock=lambda: now[0])
    found = []
    for at, record in records:
        now[0] = at
        if rule.filter(record):
            found.append(record.getMessage())
    return found


def complaint(number: int, *, name: str = "aiokafka.client", level: int = logging.ERROR) -> logging.LogRecord:
    return logging.LogRecord(name, level, "client.py", 1, "Heartbeat failed: %r", (number,), None)


def test_the_same_complaint_passes_once_a_minute() -> None:
    assert passed([(float(second), complaint(second)) for second in range(0, 120, 5)]) == [
        "Heartbeat failed: 0",
        "Heartbeat failed: 60",
    ]


def test_our_own_lines_always_pass_and_its_warnings_do_not() -> None:
    ours = [(0.0, complaint(at, name="features.main")) for at in range(3)]

    assert len(passed(ours)) == 3
    assert passed([(0.0, complaint(1, level=logging.WARNING))]) == []


def test_a_traceback_becomes_one_line() -> None:
    try:
        raise ValueError("no\nroute")
    except ValueError as error:
        info = (type(error), error, error.__traceback__)
    record = logging.LogRecord("aiokafka", logging.ERROR, "f.py", 1, "Unexpected error in fetcher routine", (), info)

    assert passed([(0.0, record)]) == ["Unexpected error in fetcher routine: ValueError: no route"]
    assert record.exc_info is None


def test_a_broker_that_does_not_answer_is_reported_by_the_service_alone() -> None:
    unable = logging.LogRecord("aiokafka", logging.ERROR, "f.py", 1, "Unable connect to node with id %s", (1,), None)

    assert passed([(0.0, unable)]) == []
