"""Settings that several services share, read once per process from MARQUEE_* variables."""

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path

import structlog
from pydantic import BaseModel, ConfigDict, PositiveFloat, PositiveInt
from pydantic_settings import BaseSettings, SettingsConfigDict

log = structlog.get_logger()


class KafkaSettings(BaseModel):
    model_config = ConfigDict(frozen=True)

    bootstrap: str = "127.0.0.1:9092"
    topic_prefix: str = ""  # of every topic's name; each test has its own
    group_prefix: str = "marquee"
    replication: PositiveInt = 1
    activity_days: PositiveInt = 30  # how long the broker keeps activity.v1; read when the topic is created
    idle_pause: bool = False  # for a broker that answers an empty fetch at once: pause before the next one


class RedisSettings(BaseModel):
    model_config = ConfigDict(frozen=True)

    url: str = "redis://127.0.0.1:6379/0"  # redis+cluster://host:port names any node of a cluster
    space: str = "a"  # the key space in use; another name is another, independent store
    timeout_s: PositiveFloat = 2.0


class ServiceSettings(BaseSettings):
    """Base of every service's settings: where it listens and what it connects to."""

    model_config = SettingsConfigDict(
        env_prefix="MARQUEE_", env_nested_delimiter="__", frozen=True, extra="ignore", env_ignore_empty=True
    )

    kafka: KafkaSettings = KafkaSettings()
    redis: RedisSettings = RedisSettings()
    host: str = "127.0.0.1"
    port: PositiveInt = 8000
    allowed_hosts: str = ""  # names besides localhost that a Host header may have, with commas between
    trusted_proxies: str = ""  # addresses and networks, with commas between, whose X-Forwarded-For is believed
    own_proxy: str = ""  # the same, of Marquee's own proxy: strangers get to it only where it is published
    client_wait_s: PositiveFloat = 10.0  # for the head of a request, for its body, and for its reader to read on
    log_level: str = "INFO"
    log_json: bool = True
    wait_s: PositiveFloat = 60.0  # how long to wait for Kafka and Redis at start
    log_dir: str = ".marquee/log"  # the event log: a directory, or a URL that pyarrow opens (tested: file://)
    model_dir: Path = Path(".marquee/models")  # bundles

    @property
    def processes(self) -> int:
        """How many processes the service is."""
        return 1

    @property
    def believed(self) -> str:
        """Whose X-Forwarded-For is believed."""
        return ",".join(filter(None, (self.trusted_proxies, self.own_proxy)))

    @property
    def hosts(self) -> tuple[str, ...]:
        return tuple(name.strip() for name in self.allowed_hosts.split(",") if name.strip())


PREFIX = "MARQUEE_"
TESTS = f"{PREFIX}TEST_"
OF_ONE_SERVICE = frozenset({
    "API_KEYS", "API_KEYS_FILE", "CACHED_BYTES", "CACHE_DIR", "CLAIM_TIMEOUT_S", "DATA", "DOWNLOAD_TIMEOUT_S",
    "ENRICHER_URL", "EXPLAIN_AT_ONCE", "EXPLAIN_SEARCH_S", "EXPLAIN_TIMEOUT_S", "EXPLAIN_WAIT_S", "FEATURES_URL",
    "FORCE_LOAD", "GROUPLENS_URL", "IMAGE_BASE", "IMAGE_SIZE", "IMPRESSIONS", "INGEST_TIMEOUT_S", "INGEST_URL",
    "KEEP_MODELS", "LOAD_RETRY_S", "LOAD_TIMEOUT_S", "MAX_RECORDS", "METRICS_HOST", "METRICS_PORT", "OPEN_TO",
    "OPTIONAL_READ_S", "PAGE_READ_S", "PATIENCE_S", "PINNED_BYTES", "PIPELINE_TIMEOUT_S", "PUBLISHED_ON",
    "PUBLISH_TIMEOUT_S", "RANKER_PAUSE_S", "RANKER_TIMEOUT_S", "RANKER_URL", "RANK_AT_ONCE", "RANK_LIMIT_S",
    "RANKER_WORKERS", "RANK_THREADS", "RANK_WAITING", "RATE_BURST", "RATE_PER_S", "READ_AT_ONCE", "RECEIPT_WAIT_S",
    "REFRESH_S", "REJECTS_DIR", "REMEMBERED_USERS", "REPLICA", "REPORT_S", "REQUIRED_READ_S", "RETRAIN_GROWTH",
    "SETTLE_S", "SHADOW_RANKINGS", "SHADOW_S", "STATE_DIR", "TMDB_CONCURRENCY", "TMDB_RATE_PER_S", "TMDB_RECHECK_S",
    "TMDB_SNAPSHOT", "TMDB_TIMEOUT_S", "TMDB_TOTAL_S", "TMDB_URL", "TRAINER_TIMEOUT_S", "TRAINER_URL",
    "TRAIN_AUTOMATICALLY", "TRAIN_CLUSTER", "TRAIN_EVERY_S",
    "TRAIN_LIMIT_S", "TRAIN_PAUSE_S", "TRAIN_PROCESSES", "TRAIN_SEED", "USER_TIMEOUT_S", "WRITE_AT_ONCE",
})  # fmt: skip
"""Read by one service or several. All are started with the same environment, so each has to know every name."""
OF_OTHERS = frozenset({
    "API_KEY", "BIND", "CHROMIUM", "FRONTEND_PORT", "GATEWAY_PORT", "GATEWAY_TIMEOUT_MS", "GATEWAY_URL", "HOME",
    "REDIS_MEMORY", "TAG", "WORKER",
})  # fmt: skip
"""Read or set by the page, the command line and Compose."""


def warn_of_unknown_variables(environment: Mapping[str, str]) -> None:
    """Log each MARQUEE_* variable that nothing reads, by name, with the known name that is closest to it."""
    for name, meant in unknown_variables(environment).items():
        log.warning("unknown_setting", variable=name, **({"did_you_mean": meant} if meant else {}))


def unknown_variables(environment: Mapping[str, str]) -> dict[str, str | None]:
    """MARQUEE_* variables that no part of Marquee reads, and for each the closest known name, if one is close."""
    known = known_variables()
    names = sorted(
        name for name in environment if name.upper().startswith(PREFIX) and not name.upper().startswith(TESTS)
    )
    return {name: _closest(name.upper(), known) for name in names if name.upper() not in known}


def known_variables() -> frozenset[str]:
    """Every variable that some part of Marquee reads, upper case, with the prefix where it has one."""
    names = {*OF_ONE_SERVICE, *OF_OTHERS}
    for name, field in ServiceSettings.model_fields.items():
        names.add(name.upper())
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            names |= {f"{name}__{inner}".upper() for inner in field.annotation.model_fields}
    return frozenset({PREFIX + name for name in names} | {"TMDB_API_KEY"})


def _closest(name: str, known: frozenset[str]) -> str | None:
    bare = {known_name.removeprefix(PREFIX): known_name for known_name in known}
    return next((bare[found] for found in get_close_matches(name.removeprefix(PREFIX), sorted(bare), n=1)), None)
