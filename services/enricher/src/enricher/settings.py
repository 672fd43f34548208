"""Settings of the enricher."""

import socket
from enum import StrEnum
from pathlib import Path

from pydantic import Field, PositiveFloat, PositiveInt, SecretStr

from marquee.settings import ServiceSettings


class Mode(StrEnum):
    """Where metadata comes from. A key wins over a snapshot."""

    TMDB = "tmdb"
    SNAPSHOT = "snapshot"
    NONE = "none"


class EnricherSettings(ServiceSettings):
    """From MARQUEE_* variables and TMDB_API_KEY; read once, in create_app()."""

    port: PositiveInt = 8002
    tmdb_api_key: SecretStr | None = Field(default=None, validation_alias="TMDB_API_KEY")  # v3 key or v4 token
    tmdb_snapshot: Path | None = None
    tmdb_url: str = "https://api.themoviedb.org/3"
    tmdb_rate_per_s: PositiveFloat = 35.0  # TMDB tolerates about 40
    tmdb_concurrency: PositiveInt = 8
    tmdb_timeout_s: PositiveFloat = 10.0  # one request
    tmdb_total_s: PositiveFloat = 20.0  # one movie, with all retries
    tmdb_recheck_s: PositiveFloat = (
        600.0  # after this time, unavailable movies are looked up again, and a refused key is tried again
    )
    publish_timeout_s: PositiveFloat = 30.0
    replica: str = Field(default_factory=socket.gethostname)  # a name of its own for each; kept over restarts

    @property
    def mode(self) -> Mode:
        if self.tmdb_api_key and self.tmdb_api_key.get_secret_value().strip():
            return Mode.TMDB
        return Mode.SNAPSHOT if self.tmdb_snapshot else Mode.NONE
