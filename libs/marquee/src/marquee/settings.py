"""Settings that several services share, read from MARQUEE_* variables once, in each service's main."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, PositiveFloat, PositiveInt
from pydantic_settings import BaseSettings, SettingsConfigDict


class KafkaSettings(BaseModel):
    model_config = ConfigDict(frozen=True)

    bootstrap: str = "127.0.0.1:9092"
    topic_prefix: str = ""  # tests give each run topics of its own
    group_prefix: str = "marquee"
    replication: PositiveInt = 1


class RedisSettings(BaseModel):
    model_config = ConfigDict(frozen=True)

    url: str = "redis://127.0.0.1:6379/0"
    space: str = "a"  # the key space in use; a rebuild fills another one
    timeout_s: PositiveFloat = 2.0


class ServiceSettings(BaseSettings):
    """Base of every service's settings: where it listens and whom it needs."""

    model_config = SettingsConfigDict(
        env_prefix="MARQUEE_", env_nested_delimiter="__", frozen=True, extra="ignore", env_ignore_empty=True
    )

    kafka: KafkaSettings = KafkaSettings()
    redis: RedisSettings = RedisSettings()
    host: str = "127.0.0.1"
    port: PositiveInt = 8000
    log_level: str = "INFO"
    log_json: bool = True
    wait_s: PositiveFloat = 60.0  # how long to wait for Kafka and Redis at start
    log_dir: str = ".marquee/log"  # the offline event log (Parquet): a directory, or a URL such as s3://bucket/log
    model_dir: Path = Path(".marquee/models")  # bundles
