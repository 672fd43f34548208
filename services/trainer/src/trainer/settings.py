"""Settings of the trainer."""

from pydantic import NonNegativeFloat, PositiveFloat, PositiveInt

from marquee.settings import ServiceSettings


class TrainerSettings(ServiceSettings):
    """From MARQUEE_* variables."""

    port: PositiveInt = 8004
    train_seed: int = 20_080_814
    train_automatically: bool = True
    settle_s: NonNegativeFloat = 2.0  # the log has to stand still for so long before the first training
    patience_s: PositiveFloat = 60.0  # metadata that still trickles in is not waited for longer than this
    retrain_growth: PositiveFloat = 0.1  # train anew once the log has grown by this share
    keep_models: PositiveInt = 5
