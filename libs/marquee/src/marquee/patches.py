"""Every place where Marquee reaches into a library's private parts, here or in `sparse.py`, and the release each was
tested with.

A unit test fails when an installed library is newer or older than that and names the hooks to check: run the test named
beside the hook, then move the release. Below all other modules, so that each of them can use it.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any
from weakref import WeakSet

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka import client as aiokafka_client
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.conn import AIOKafkaConnection, create_conn
from aiokafka.errors import KafkaError
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

FIRST_PAUSE_S = 0.001
LONGEST_PAUSE_S = 1.0
"""A record that arrives while a consumer pauses waits at most this long, unless the consumer is told of it."""

UNREACHABLE_BROKER = ("Unable connect", "Unable to update metadata")
"""How aiokafka's log lines about a broker that does not answer begin."""


@dataclass(frozen=True, slots=True)
class Hook:
    """One use of something private.

    Attributes:
        name: the function or constant that holds it.
        library: the distribution whose private parts it uses.
        release: the tested release; "0.14" means every 0.14.x.
        touches: the private parts.
        test: shows that it still works.
        module: where it is, if not here.
    """

    name: str
    library: str
    release: str
    touches: str
    test: str
    module: str = "marquee.patches"

    def fits(self, installed: str) -> bool:
        """Whether an installed version belongs to the tested release."""
        return f"{installed}.".startswith(f"{self.release}.")


HOOKS = (
    Hook(
        "pause_between_empty_fetches",
        "aiokafka",
        "0.14",
        "AIOKafkaConsumer._fetcher._proc_fetch_request",
        "tests/integration/test_kafka_idle.py",
    ),
    Hook(
        "start_client",
        "aiokafka",
        "0.14",
        "aiokafka.client.create_conn, with which AIOKafkaClient.bootstrap opens a connection",
        "tests/integration/test_kafka_clients.py",
    ),
    Hook(
        "stop_consumer",
        "aiokafka",
        "0.14",
        "AIOKafkaConsumer._client; stop() lets its fetching task's cancellation out",
        "tests/integration/test_broker_loss.py",
    ),
    Hook(
        "abandon_producer",
        "aiokafka",
        "0.14",
        "AIOKafkaProducer._closed, ._sender, whose tasks run its methods, ._sender.sender_task, ._sender._fail_all",
        "tests/integration/test_kafka_clients.py",
    ),
    Hook(
        "UNREACHABLE_BROKER",
        "aiokafka",
        "0.14",
        "the words of its log lines",
        "tests/integration/test_service_start.py",
    ),
    Hook(
        "silence_server",
        "uvicorn",
        "0.54",
        "the logger uvicorn.error, which prints the traceback of a failed start",
        "tests/integration/test_service_start.py",
    ),
    Hook(
        "HttpProtocol",
        "uvicorn",
        "0.54",
        "the methods that marquee.http.connections.BoundedConnection overrides, and .cycle, .pipeline, .headers, .url",
        "tests/integration/test_connections.py",
    ),
    Hook(
        "CalmServer",
        "uvicorn",
        "0.54",
        "Server.main_loop, which it replaces, and Server.on_tick, which counts tenths of a second",
        "tests/unit/marquee/http/test_calm_server.py",
        module="marquee.http.calm_server",
    ),
    Hook(
        "unchecked_csr",
        "scipy",
        "1.17",
        "scipy.sparse._sparsetools, and what a csr_array made without its constructor has to have",
        "tests/unit/marquee/test_sparse.py",
        module="marquee.sparse",  # only who needs scipy loads it
    ),
)


def untested(installed: Callable[[str], str] = version) -> Iterator[str]:
    """One line per hook whose library is installed in another release than the tested one."""
    for hook in HOOKS:
        if not hook.fits(found := installed(hook.library)):
            yield (
                f"{hook.library} {found}: {hook.module}.{hook.name} was tested with {hook.release} and uses "
                f"{hook.touches}; run {hook.test}, then move its release"
            )


class Word:
    """Says again and again that something is new, to all who have begun to look since it was said last."""

    def __init__(self) -> None:
        self._next = asyncio.Event()

    @property
    def next(self) -> asyncio.Event:
        """Is set when it is said the next time: ask for it before a look, and wait for it if that found nothing."""
        return self._next

    def say(self) -> None:
        said, self._next = self._next, asyncio.Event()
        said.set()


def pause_between_empty_fetches(consumer: AIOKafkaConsumer, *, arrivals: Word | None = None) -> None:
    """Make a started consumer pause after a fetch that came back empty at once.

    Kafka holds an empty answer back for fetch.max.wait.ms. The embedded broker (ADR 0002) answers at once, so that each
    idle consumer sent 400 to 1,200 requests per second and took 20 to 45 % of a core. The pause doubles from
    FIRST_PAUSE_S to the longest while nothing comes and is short again after the next record, or word of one.

    Args:
        arrivals: ends a pause; said by whoever knows of a record that the broker has.
    """
    fetcher = consumer._fetcher
    fetch = fetcher._proc_fetch_request
    pause_s, longest_s = FIRST_PAUSE_S, LONGEST_PAUSE_S
    word = arrivals or Word()

    async def fetch_patiently(*args: Any) -> bool:
        nonlocal pause_s
        arrived = word.next  # what is said while the fetch is on its way may not be in its answer
        begun = time.monotonic()
        has_records = bool(await fetch(*args))
        if has_records:
            pause_s = FIRST_PAUSE_S
        elif time.monotonic() - begun < longest_s:
            try:
                async with asyncio.timeout(pause_s):
                    await arrived.wait()
                pause_s = FIRST_PAUSE_S  # if the next fetch finds nothing, others follow soon
            except TimeoutError:
                pause_s = min(2 * pause_s, longest_s)
        return has_records

    fetcher._proc_fetch_request = fetch_patiently


_opened: ContextVar[WeakSet[AIOKafkaConnection] | None] = ContextVar("_opened", default=None)
"""The connections of the client that is being started."""


async def _noted_connection(*args: Any, **options: Any) -> AIOKafkaConnection:
    connection = await create_conn(*args, **options)
    if (opened := _opened.get()) is not None:
        opened.add(connection)
    return connection


aiokafka_client.create_conn = _noted_connection


async def start_client(client: AIOKafkaConsumer | AIOKafkaProducer | AIOKafkaAdminClient) -> None:
    """Start a client; if that fails or is cancelled, close its connections.

    aiokafka forgets the connection on which it asks for the first metadata when it is cancelled meanwhile, so that
    neither stop() nor close() would close it.
    """
    opened: WeakSet[AIOKafkaConnection] = WeakSet()
    token = _opened.set(opened)
    try:
        await client.start()
    except BaseException:
        for connection in opened:
            connection.close()
        raise
    finally:
        _opened.reset(token)


async def stop_consumer(consumer: AIOKafkaConsumer) -> None:
    """Close a consumer, also while the broker is unavailable.

    aiokafka's stop() may then raise the CancelledError of its own fetching task and leave its connections open.
    """
    try:
        await consumer.stop()
    except asyncio.CancelledError:
        await consumer._client.close()
        task = asyncio.current_task()
        if task is not None and task.cancelling():  # our own task is being cancelled
            raise


async def abandon_producer(producer: AIOKafkaProducer) -> None:
    """End a producer without waiting for what it could not send, which an idempotent one would retry indefinitely.

    aiokafka has no public way. Its callback on a failed sender assumes a transaction and fails itself. Its requests are
    tasks of their own: left alone, they would wait for metadata of a closed client or connect once more.
    """
    producer._closed = True
    sender = producer._sender
    if sender.sender_task is not None:
        sender.sender_task.remove_done_callback(sender._fail_all)
    tasks = [task for task in asyncio.all_tasks() if _runs_a_method_of(sender, task)]
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks, timeout=1)
    with suppress(KafkaError, OSError):
        await producer.client.close()
    if sender.sender_task is not None and sender.sender_task.done() and not sender.sender_task.cancelled():
        sender.sender_task.exception()  # retrieved; the publish that failed has reported what matters


def _runs_a_method_of(owner: object, task: asyncio.Task[Any]) -> bool:
    frame = getattr(task.get_coro(), "cr_frame", None)  # None once it has ended
    return frame is not None and frame.f_locals.get("self") is owner


class HttpProtocol(HttpToolsProtocol):
    """uvicorn's connection, for subclasses: `marquee.http.connections` overrides what its parser and transport call."""


def silence_server() -> None:
    """Keep uvicorn from logging the traceback of a start whose error is reported in one line."""
    logging.getLogger("uvicorn.error").disabled = True
