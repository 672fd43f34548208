"""A Dask cluster of processes on this machine, as a training finds it at an address."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from distributed import Client, LocalCluster

from trainer.cluster import Cluster, cluster

WAIT_S = 200.0


@contextmanager
def local_cluster(n_workers: int) -> Iterator[LocalCluster]:
    """Workers are processes with one thread each; one that dies is started again."""
    with LocalCluster(
        n_workers=n_workers, threads_per_worker=1, processes=True, dashboard_address=":0", silence_logs="CRITICAL"
    ) as found:
        yield found


@contextmanager
def connected(
    of: LocalCluster, *, say: Callable[[str], None] = lambda _: None, boost_from_rows: int | None = None
) -> Iterator[Cluster]:
    """As a training is connected, once all workers are there; trees of so many rows grow on them."""
    with Client(of.scheduler_address, set_as_default=False) as client:
        client.wait_for_workers(len(of.workers), timeout=WAIT_S)
    with cluster(of.scheduler_address, wait_s=WAIT_S, progress=say) as found:
        if boost_from_rows is not None:
            found.boost_from_rows = boost_from_rows
        yield found


def nobodys_address() -> str:
    """Where nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"tcp://127.0.0.1:{free.getsockname()[1]}"


@contextmanager
def a_worker(scheduler: str, **environment: str) -> Iterator[None]:
    """One more worker, started by Dask's own command in this environment."""
    command = [sys.executable, "-m", "distributed.cli.dask_worker", scheduler, "--nthreads", "1", "--no-dashboard"]
    process = subprocess.Popen(command, env={**os.environ, **environment}, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait()
