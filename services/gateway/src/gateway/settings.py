"""Settings of the gateway."""

from pydantic import Field, PositiveFloat, PositiveInt

from marquee.settings import ServiceSettings
from marquee.stores.cards import ImageSettings


class GatewaySettings(ServiceSettings):
    """From MARQUEE_* variables. Who waits how long for whom: docs/architecture.md."""

    port: PositiveInt = 8000
    metrics_host: str = "127.0.0.1"
    metrics_port: int = Field(default=0, ge=0, le=65_535)  # for /metrics alone; 0: it is not served
    ranker_url: str = "http://127.0.0.1:8005"
    ingest_url: str = "http://127.0.0.1:8001"
    ranker_timeout_s: PositiveFloat = 2.0  # past it the popular list is served; above the ranker's own deadlines
    ranker_pause_s: PositiveFloat = 1.0  # after such a timeout; then one request finds out whether it answers again
    ingest_timeout_s: PositiveFloat = 4.5  # above ingest's own for the broker, below the page's
    optional_read_s: PositiveFloat = 0.15  # for what an answer is less good without: seen movies, details
    required_read_s: PositiveFloat = 1.0  # for what there is no answer without: a user's profile
    refresh_s: PositiveFloat = 1.0  # how often cards and counts are read again
    image_base: str = "https://image.tmdb.org/t/p"
    image_size: str = "w342"

    @property
    def images(self) -> ImageSettings:
        return ImageSettings(self.image_base, self.image_size)
