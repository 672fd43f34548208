"""Settings of ingest."""

from pathlib import Path

from pydantic import Field, PositiveFloat, PositiveInt

from marquee.settings import ServiceSettings


class IngestSettings(ServiceSettings):
    """From MARQUEE_* variables; read once, in create_app() or by the load command."""

    port: PositiveInt = 8001
    data: str = ""  # a named data set or a directory to load at start; empty: none
    force_load: bool = False  # load although the same content was loaded before
    rejects_dir: Path = Path(".marquee/rejects")
    state_dir: Path = Path(".marquee/ingest")  # which content was loaded where
    cache_dir: Path = Field(default_factory=lambda: Path.home() / ".cache" / "marquee")  # downloads
    grouplens_url: str = "https://files.grouplens.org/datasets/movielens"
    download_timeout_s: PositiveFloat = 20.0  # without a byte
    publish_timeout_s: PositiveFloat = 3.0  # a live rating without the broker's ack is answered with 503 after this
    claim_timeout_s: PositiveFloat = 0.1  # longest wait for Redis to look up event ids; then ratings are accepted
    load_timeout_s: PositiveFloat = 30.0  # a slice of a bulk load without the broker's acks is sent again
    load_retry_s: PositiveFloat = 120.0  # how long a bulk load waits for an unavailable broker
