"""Sets up structlog, once per process: JSON lines for machines, coloured lines for a terminal."""

import logging
import sys
import time
from collections.abc import Callable

import structlog

from marquee.patches import UNREACHABLE_BROKER


class OncePerWhile(logging.Filter):
    """Lets each kind of error that a client library logs pass once per `every_s`, as one line.

    A library repeats its errors at every attempt. Its warnings are dropped, and so is UNREACHABLE_BROKER: each service
    reports that itself, with the time it tried. Records of other loggers pass.
    """

    def __init__(self, library: str, *, every_s: float = 60.0, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._library, self._every_s, self._clock = library, every_s, clock
        self._seen: dict[tuple[str, object], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.partition(".")[0] != self._library:
            return True
        if record.levelno < logging.ERROR or str(record.msg).startswith(UNREACHABLE_BROKER):
            return False
        if record.exc_info and (error := record.exc_info[1]) is not None:
            record.msg, record.args = f"{record.getMessage()}: {type(error).__name__}: {error}", ()
            record.exc_info = record.exc_text = None
        kind, now = (record.name, record.msg), self._clock()
        if now - self._seen.get(kind, float("-inf")) < self._every_s:
            return False
        self._seen[kind] = now
        record.msg, record.args = " ".join(record.getMessage().split()), ()
        return True


def configure_logs(service: str, *, level: str = "INFO", as_json: bool = True) -> None:
    """Send this process's logs, those of the standard library included, through structlog to standard error."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer]
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    handler.addFilter(OncePerWhile("aiokafka"))
    logging.getLogger("uvicorn.access").setLevel(logging.WARNING)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # a line for each call otherwise
    structlog.contextvars.bind_contextvars(service=service)
