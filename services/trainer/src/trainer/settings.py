"""Settings of the trainer."""

from pydantic import NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt

from marquee.settings import ServiceSettings
from trainer.schedule import Rules


class TrainerSettings(ServiceSettings):
    """From MARQUEE_* variables."""

    port: PositiveInt = 8004
    train_seed: int = 20_080_814
    train_automatically: bool = True
    settle_s: NonNegativeFloat = 2.0  # the ratings have to be calm this long before a training
    patience_s: PositiveFloat = 60.0  # the first training waits at most this long for metadata that still comes in
    retrain_growth: PositiveFloat = 0.1  # train again when the log, or the movies with metadata, grew by this share
    train_every_s: NonNegativeFloat = 0.0  # train again after so long if anything is new; 0: growth alone decides
    train_pause_s: NonNegativeFloat = 60.0  # pause between two trainings at least, and after a failed one
    train_limit_s: PositiveFloat = 21_600.0  # a training that takes longer is ended
    train_processes: NonNegativeInt = 0  # of this machine that share a training; 0: one per core, four at most
    train_cluster: str = ""  # a Dask scheduler such as tcp://scheduler:8786 that trainings run on; empty: none
    shadow_s: NonNegativeFloat = (
        60.0  # a model is a shadow this long before it serves, if another serves; 0: it is none
    )
    shadow_rankings: PositiveInt = 200  # or until it has ranked so often as a shadow
    keep_models: PositiveInt = 5

    @property
    def rules(self) -> Rules:
        return Rules(self.settle_s, self.patience_s, self.retrain_growth, self.train_pause_s, self.train_every_s)
