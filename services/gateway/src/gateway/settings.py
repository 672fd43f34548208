"""Settings of the gateway."""

from pathlib import Path
from typing import Literal

from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt, SecretStr

from marquee.stores.cards import CardSettings


class GatewaySettings(CardSettings):
    """Read from MARQUEE_* variables. docs/architecture.md shows how the deadlines fit into each other."""

    port: PositiveInt = 8000
    metrics_host: str = "127.0.0.1"
    metrics_port: int = Field(default=0, ge=0, le=65_535)  # for /metrics alone; 0: not served
    ranker_url: str = "http://127.0.0.1:8005"
    ingest_url: str = "http://127.0.0.1:8001"
    enricher_url: str = "http://127.0.0.1:8002"  # this and the next: only to ask how they are
    features_url: str = "http://127.0.0.1:8003"
    trainer_url: str = "http://127.0.0.1:8004"  # to ask how it is, and for the models
    ranker_timeout_s: PositiveFloat = 2.0  # then the popular list is served; longer than the ranker's own deadlines
    ranker_pause_s: PositiveFloat = 1.0  # after such a timeout nobody calls the ranker; then one request tries
    explain_timeout_s: PositiveFloat = 3.0  # for an explanation, which is a search; longer than the ranker's own limits
    pipeline_timeout_s: PositiveFloat = 2.5  # for the services' own reports; longer than they wait for what they need
    ingest_timeout_s: PositiveFloat = 4.5  # longer than ingest waits for the broker, shorter than the page waits
    trainer_timeout_s: PositiveFloat = 4.5  # for the models; longer than the trainer's own limit
    optional_read_s: PositiveFloat = 0.15  # for reads that an answer can do without: rated movies, details
    required_read_s: PositiveFloat = 1.0  # for reads that an answer cannot do without: a user's profile
    impressions: bool = True  # whether rankings that users were shown are put on activity.v1
    rank_at_once: PositiveInt = 64  # rankings and explanations in hand; one more is refused with 503
    read_at_once: PositiveInt = 128  # searches, details and profiles in hand
    write_at_once: PositiveInt = 64  # ratings and events in hand
    rate_per_s: NonNegativeFloat = 0.0  # requests of one key, or of one address without a key; 0: without a limit
    rate_burst: PositiveInt = 100  # how many of them may come at once
    api_keys: SecretStr = SecretStr("")  # role:key or role:sha256:<hex>, with commas between
    api_keys_file: Path | None = None  # the same, one per line
    open_to: Literal["", "none", "read", "write"] = ""  # without a key; by default write on loopback, else none
    published_on: str = ""  # the address at which strangers reach it, if that is not `host`: Compose sets it
    refresh_s: PositiveFloat = 1.0  # how often cards and counts are refreshed
