"""Figures of the running parts: what they report of load and training, their memory and their processor time."""

import time
from collections.abc import Iterator, Mapping

from marquee_cli.bench_figures import Figure, Running
from marquee_cli.load import Call, Client
from marquee_cli.machine import cpu_seconds, pss_bytes, tree_of

LIVE_PER_S = 1_000  # a slower stretch was live traffic, not a bulk load
IDLE_S = 20.0
SETTLED_S = 20.0  # what the load left to do is done by then
"""After the last request: impressions are sent in the second after it, and rankings for next pages are made."""
LOOP_PAUSE = "marquee_loop_longest_pause_seconds"
NOT_SERVICES = ("frontend", "supervisor")


def reports(running: Running) -> Iterator[Figure]:
    """What the services measured while the data set was loaded."""
    load = running.report("ingest", "/v1/load").get("report") or {}
    if load.get("seconds") and not load.get("skipped"):
        rate = load["accepted"] / load["seconds"]
        yield Figure("bulk load, files into Kafka", f"{rate:,.0f} ratings/s", "", None, {"per_s": round(rate)})
    state = running.report("features", "/v1/state")
    rate = state.get("ratings_per_s") or 0.0
    if rate > LIVE_PER_S:
        value = f"{rate:,.0f} ratings/s"
        yield Figure(
            "bulk load, Kafka into Redis and Parquet", value, "≥ 200,000/s", rate >= 200_000, {"per_s": round(rate)}
        )
    training = running.report("trainer", "/v1/training")
    if seconds := training.get("seconds"):
        yield Figure(
            "training, log to promoted bundle", f"{seconds:.1f} s", "≤ 60 s", seconds <= 60, {"seconds": seconds}
        )


def loop_pause(running: Running) -> Figure:
    """Of the ranker's event loop, in the last 15 to 30 s: right after it was under load."""
    with Client(running.url("ranker")) as client:
        _, body = client.send(Call("/metrics"))
    line = next(line for line in body.decode().splitlines() if line.startswith(LOOP_PAUSE))
    ms = float(line.split()[-1]) * 1_000
    return Figure("longest pause of the ranker's event loop", f"{ms:.1f} ms", "≤ 10 ms", ms <= 10, {"ms": round(ms, 2)})


def memory(pids: Mapping[str, int]) -> Iterator[Figure]:
    """Proportional set size of each part, including its children."""
    mib = {name: sum(map(pss_bytes, tree_of(pid))) / 2**20 for name, pid in pids.items() if name != "supervisor"}
    if not any(mib.values()):
        return
    inside = {name: size for name, size in mib.items() if name not in NOT_SERVICES}
    for name, size in mib.items():
        yield Figure(f"memory of {name}", f"{size:,.0f} MiB", "", None, {"mib": round(size, 1)})
    total = sum(inside.values())
    budget_mib = 1.2e9 / 2**20
    yield Figure(
        "memory of services, broker and Redis",
        f"{total:,.0f} MiB",
        "≤ 1.2 GB",
        total <= budget_mib,
        {"mib": round(total, 1)},
    )


def idle(pids: Mapping[str, int]) -> Iterator[Figure]:
    """Processor time that all parts take while nobody asks for anything, as a share of one core (Linux)."""

    def spent() -> float:
        processes = {
            process for pid in pids.values() for process in tree_of(pid)
        }  # the supervisor has all others below it
        return sum(map(cpu_seconds, processes))

    if not spent():
        return
    time.sleep(SETTLED_S)
    began, before = time.perf_counter(), spent()
    time.sleep(IDLE_S)
    percent = 100 * (spent() - before) / (time.perf_counter() - began)
    numbers = {"percent_of_a_core": round(percent, 2)}
    yield Figure("processor of all parts, idle", f"{percent:.1f} % of a core", "≤ 3 %", percent <= 3, numbers)
