"""Settings of the gateway."""

from pydantic import PositiveFloat, PositiveInt

from marquee.cards import ImageSettings
from marquee.settings import ServiceSettings


class GatewaySettings(ServiceSettings):
    """From MARQUEE_* variables."""

    port: PositiveInt = 8000
    ranker_url: str = "http://127.0.0.1:8005"
    ingest_url: str = "http://127.0.0.1:8001"
    ranker_timeout_s: PositiveFloat = 2.0  # past it the popular list is served
    ingest_timeout_s: PositiveFloat = 20.0
    refresh_s: PositiveFloat = 1.0  # how often cards and counts are read again
    image_base: str = "https://image.tmdb.org/t/p"
    image_size: str = "w342"

    @property
    def images(self) -> ImageSettings:
        return ImageSettings(self.image_base, self.image_size)
