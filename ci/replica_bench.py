"""How many rankings per second one, two and three rankers of a running compose stack make, each on a share of a core.

    MARQUEE_RATE_PER_S=0 docker compose up -d --wait
    .venv/bin/python ci/replica_bench.py [--at http://localhost:8000] [--share 0.15] [--rankers 1 2 3] [--rounds 3]

With a share the rankers are what limits, also on a machine that has no core for each. Of computed rankings for users 1
to 600 only the personal ones count. COMPOSE_PROJECT_NAME names the stack; in the end it has one ranker.
"""

import argparse
import json
import os
import subprocess
import sys
import threading
import time
from itertools import islice
from statistics import median

from marquee_cli.computed import computed, unused_ids
from marquee_cli.load import Call, Client

CONNECTIONS = 6
WARM_UP_S = 4.0
ALL_CORES = str(os.cpu_count() or 1)
READY_LIMIT_S = 120.0


def say(line: str) -> None:
    """At once, because a measurement takes minutes."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def docker(*arguments: str) -> str:
    command = ["docker", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603  # ours


def scale(count: int) -> list[str]:
    """The containers of this many rankers."""
    docker("compose", "up", "-d", "--no-build", "--no-deps", "--wait", "--scale", f"ranker={count}", "ranker")
    return docker("compose", "ps", "-q", "ranker").split()


def wait_for_models(count: int) -> None:
    """Until the proxy has found this many rankers ready.

    Raises:
        TimeoutError: it has not in READY_LIMIT_S.
    """
    ask = "exec 3<>/dev/tcp/127.0.0.1/9464; printf 'GET /metrics?scope=server HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3"
    deadline = time.monotonic() + READY_LIMIT_S
    while True:
        lines = docker("compose", "exec", "-T", "proxy", "bash", "-c", ask).splitlines()
        up = [line for line in lines if line.startswith('haproxy_server_status{proxy="rankers"') and '"UP"} 1' in line]
        if len(up) == count:
            return
        if time.monotonic() > deadline:
            raise TimeoutError(f"{len(up)} rankers are ready, not {count}")
        time.sleep(0.5)


def personal_per_s(url: str, seconds: float) -> tuple[float, int]:
    """Personal rankings per second, and how many answers were others, from clients that each wait for their answer."""
    calls = list(islice(computed("user_id", range(1, 601), unused_ids(), k=25), 20_000))
    personal = others = 0
    lock = threading.Lock()
    begun = time.monotonic()

    def work() -> None:
        nonlocal personal, others
        with Client(url) as client:
            while time.monotonic() < begun + seconds:
                with lock:
                    call: Call = calls.pop()
                status, body = client.send(call)
                is_personal = status == 200 and json.loads(body)["meta"]["rung"] == "personal"
                with lock:
                    personal, others = personal + is_personal, others + (not is_personal)

    workers = [threading.Thread(target=work) for _ in range(CONNECTIONS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return personal / (time.monotonic() - begun), others


def main() -> None:
    """Measure all counts, round by round, and print each figure and the medians."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--at", default="http://localhost:8000", help="the address of the stack")
    parser.add_argument(
        "--share", default="0.15", help="of a core, for each ranker; with as many as there are, no limit"
    )
    parser.add_argument("--rankers", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=10.0)
    args = parser.parse_args()
    found: dict[int, list[float]] = {count: [] for count in args.rankers}
    for _ in range(args.rounds):
        for count in args.rankers:
            containers = scale(count)
            wait_for_models(count)
            docker("update", "--cpus", args.share, *containers)
            try:
                personal_per_s(args.at, WARM_UP_S)
                per_s, others = personal_per_s(args.at, args.seconds)
            finally:
                docker("update", "--cpus", ALL_CORES, *containers)
            found[count].append(per_s)
            say(f"{count} rankers: {per_s:.1f} personal rankings/s, {others} other answers")
    for count, values in found.items():
        say(f"{count} rankers: median {median(values):.1f}/s of {', '.join(f'{value:.1f}' for value in values)}")
    scale(1)


if __name__ == "__main__":
    main()
