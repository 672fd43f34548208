"""Settings of the features service."""

import socket

from pydantic import Field, PositiveInt

from marquee.settings import ServiceSettings


class FeaturesSettings(ServiceSettings):
    """From MARQUEE_* variables."""

    port: PositiveInt = 8003
    max_records: PositiveInt = 2_000  # records of one poll; a bulk load's chunk has up to 1,000 ratings
    replica: str = Field(default_factory=socket.gethostname)  # a name of its own for each; kept over restarts
