"""The gateway's /metrics on a port of its own, because the public port must not expose them."""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import start_http_server

from marquee.errors import Misconfigured


@contextmanager
def metrics_served(host: str, port: int) -> Iterator[None]:
    """Serve this process's metrics from a thread. Port 0: not at all.

    Raises:
        Misconfigured: the port is taken or not allowed.
    """
    if not port:
        yield
        return
    try:
        server, thread = start_http_server(port, host)
    except OSError as error:
        raise Misconfigured(f"MARQUEE_METRICS_PORT: cannot listen on {host}:{port} ({error.strerror})") from error
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
