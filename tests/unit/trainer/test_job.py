"""What a training hands over at its end."""

import math

from trainer.job import finite


def test_a_metric_without_a_value_is_left_out() -> None:
    """A mean over no lists; neither the manifest nor the model's event can hold it."""
    assert finite({"ndcg_at_10": math.nan, "gain": math.inf, "training_s": 12.5}) == {"training_s": 12.5}
