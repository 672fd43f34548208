"""The open loop against a real server that stalls, refuses or breaks off: every request is counted, in full."""

import time

import numpy as np
import pytest

from marquee_cli.open_loop.arrivals import arrivals
from marquee_cli.open_loop.generator import LEAD_S, send_all
from marquee_cli.open_loop.own_cost import RATES, own_cost
from marquee_cli.open_loop.steps import Verdict, judged
from support.scripted_server import CLOSE, Answer, answer, scripted_server

PATIENT_S = 30.0


def request(path: str = "/ok") -> bytes:
    return f"GET {path} HTTP/1.1\r\nhost: x\r\n\r\n".encode()


def judge(status: int, body: bytes, may_retry: bool) -> Verdict:
    return judged(status, body, may_retry=may_retry, marks=(b"{",))


@pytest.mark.parametrize("most_open", [1, 4, 256])
def test_a_stall_is_counted_for_all_that_was_meant_to_be_sent_in_it(most_open: int) -> None:
    """No coordinated omission, also if nothing more can be sent while the server stalls."""
    at_s = arrivals(200, 0.4)

    with scripted_server(lambda path, served: answer(), hold_s=0.5) as server:
        samples = send_all(server.url, [request()] * len(at_s), at_s, judge, timeout_s=PATIENT_S, most_open=most_open)

    stall_s = server.released_at - server.first_at  # the first one was not sent before it was meant to be
    assert stall_s >= 0.5 - 0.001
    assert samples.verdicts == [Verdict.GOOD] * 80
    assert (samples.latency_s >= stall_s - at_s - 0.001).all()
    assert samples.most_open <= most_open


def test_nothing_is_sent_before_its_time() -> None:
    at_s = np.array([0.0, 0.05, 0.3])
    begun = time.monotonic()

    with scripted_server(lambda path, served: answer()) as server:
        samples = send_all(server.url, [request()] * 3, at_s, judge, timeout_s=PATIENT_S)

    assert time.monotonic() - begun >= 0.3
    assert (samples.late_s >= 0).all()
    assert (samples.latency_s >= samples.late_s).all()
    assert server.requests == 3


def test_a_late_generator_says_so_and_the_delay_is_in_the_latency() -> None:
    at_s = np.array([-1.0])  # should have been sent a second ago

    with scripted_server(lambda path, served: answer()) as server:
        samples = send_all(server.url, [request()], at_s, judge, timeout_s=PATIENT_S)

    assert samples.late_s[0] >= 1.0 - LEAD_S
    assert samples.latency_s[0] >= samples.late_s[0]


def test_refusals_and_failures_are_told_apart() -> None:
    def script(path: str, served: int) -> Answer:
        return {
            "/ok": answer(),
            "/other": answer(body=b"[]"),
            "/busy": answer(503, headers="Retry-After: 1\r\n"),
            "/often": answer(429),
            "/broken": answer(500),
            "/down": answer(503),
            "/closed": CLOSE,
            "/nonsense": b"220 ready\r\n",
        }[path]

    paths = ["/ok", "/other", "/busy", "/often", "/broken", "/down", "/closed", "/nonsense"]
    with scripted_server(script) as server:
        at_s = arrivals(100, len(paths) / 100)
        samples = send_all(server.url, [request(path) for path in paths], at_s, judge, timeout_s=PATIENT_S)

    refused, failed = Verdict.REFUSED, Verdict.FAILED
    assert samples.verdicts == [Verdict.GOOD, Verdict.OTHER, refused, refused, failed, failed, failed, failed]


def test_a_server_that_never_answers_ends_the_step_in_time() -> None:
    begun = time.monotonic()

    with scripted_server(lambda path, served: answer(), hold_s=3_600) as server:
        samples = send_all(server.url, [request()] * 10, arrivals(100, 0.1), judge, timeout_s=0.3, most_open=4)

    assert samples.verdicts == [Verdict.OVERDUE] * 10
    assert np.isnan(samples.latency_s).all()
    assert 0.3 <= time.monotonic() - begun < 20


@pytest.mark.parametrize("within_s", [0.4, 0.001], ids=["one after the other", "all at once"])
def test_a_request_on_a_connection_that_was_just_closed_is_sent_again(within_s: float) -> None:
    def script(path: str, served: int) -> Answer:
        return answer() if served == 0 else CLOSE

    with scripted_server(script) as server:
        samples = send_all(
            server.url, [request()] * 20, arrivals(20 / within_s, within_s), judge, timeout_s=PATIENT_S, most_open=1
        )

    assert samples.verdicts == [Verdict.GOOD] * 20


def test_a_connection_that_the_answer_ends_is_not_used_again() -> None:
    with scripted_server(lambda path, served: answer(headers="connection: close\r\n")) as server:
        samples = send_all(server.url, [request()] * 5, arrivals(50, 0.1), judge, timeout_s=PATIENT_S, most_open=1)

    assert samples.verdicts == [Verdict.GOOD] * 5


def test_without_a_server_every_request_has_failed() -> None:
    with scripted_server(lambda path, served: answer()) as server:
        gone = server.url

    samples = send_all(gone, [request()] * 3, arrivals(100, 0.03), judge, timeout_s=PATIENT_S)

    assert samples.verdicts == [Verdict.FAILED] * 3


@pytest.mark.parametrize("url", ["http://192.0.2.1:80", "http://[2001:db8::1]:80"])
def test_no_load_is_sent_to_another_machine(url: str) -> None:
    with pytest.raises(ValueError, match="not an address of this machine"):
        send_all(url, [request()], arrivals(1, 1), judge)


def test_the_generators_own_cost_is_measured_at_every_rate() -> None:
    steps = own_cost(seconds=0.02, limit_ms=40)

    assert [step.rate_per_s for step in steps] == list(RATES)
    assert all(step.good == step.requests and step.cpu_ms > 0 for step in steps)
