"""A cluster of three Valkey nodes, each with a third of the slots."""

import asyncio
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from redis.asyncio import Redis
from redis.exceptions import RedisError

from marquee_cli.embedded import free_port, redis_command
from support.wait import until

NODES, SLOTS = 3, 16_384


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running one: its URL, and the processes of its nodes."""

    url: str
    nodes: tuple["subprocess.Popen[bytes]", ...]


@asynccontextmanager
async def redis_cluster(folder: Path) -> AsyncIterator[Cluster]:
    """Start it, and end it with the block."""
    ports = [(free_port(), free_port()) for _ in range(NODES)]
    processes = list[subprocess.Popen[bytes]]()
    nodes = [Redis(port=port) for port, _ in ports]
    try:
        processes += [_node(folder / str(port), port, bus) for port, bus in ports]
        for at, node in enumerate(nodes):
            await until(partial(_answers, node))
            first, end = at * SLOTS // NODES, (at + 1) * SLOTS // NODES
            await node.execute_command("CLUSTER", "ADDSLOTSRANGE", first, end - 1)
            if at:
                await node.execute_command("CLUSTER", "MEET", "127.0.0.1", *ports[0])
        await until(lambda: _all_know_each_other(nodes))
        yield Cluster(f"redis+cluster://127.0.0.1:{ports[0][0]}/0", tuple(processes))
    finally:
        for node in nodes:
            await node.aclose()
        for process in processes:
            process.terminate()
        for process in processes:
            await asyncio.to_thread(process.wait, 30)


def _node(folder: Path, port: int, bus: int) -> subprocess.Popen[bytes]:
    folder.mkdir(parents=True)
    command = [*redis_command(folder, port=port), "--cluster-enabled", "yes", "--cluster-port", str(bus)]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)


async def _answers(node: Redis) -> bool:
    with suppress(RedisError, OSError):
        return bool(await node.ping())
    return False


async def _all_know_each_other(nodes: list[Redis]) -> bool:
    found = [str(await node.execute_command("CLUSTER", "INFO")) for node in nodes]
    return all("cluster_state:ok" in each and f"cluster_known_nodes:{NODES}" in each for each in found)
