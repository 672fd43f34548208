"""Settings of the ranker."""

from pydantic import PositiveFloat, PositiveInt

from marquee.settings import ServiceSettings
from marquee.stores.cards import ImageSettings


class RankerSettings(ServiceSettings):
    """From MARQUEE_* variables."""

    port: PositiveInt = 8005
    refresh_s: PositiveFloat = 1.0  # how often movie counts and cards are read again; users are read at each request
    user_timeout_s: PositiveFloat = 0.15  # after it the last known history is ranked; the gateway waits longer
    remembered_users: PositiveInt = 10_000  # last known histories, for when Redis is unavailable
    image_base: str = "https://image.tmdb.org/t/p"
    image_size: str = "w342"

    @property
    def images(self) -> ImageSettings:
        return ImageSettings(self.image_base, self.image_size)
