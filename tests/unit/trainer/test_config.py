"""Hyper-parameters: `--set` changes them, and what cannot be is one line that names the key."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from marquee.errors import Misconfigured
from trainer.code_version import HERE, code_version
from trainer.config import TrainingConfig

DEFAULT = TrainingConfig()


def test_a_value_is_set_by_its_dotted_key_and_the_others_stay() -> None:
    config = DEFAULT.with_settings(["retrieval.per_source=120", "retrieval.ease.reg=250.5", "ranker.extra_trees=true"])

    assert config.retrieval.per_source == 120
    assert config.retrieval.ease.reg == 250.5
    assert config.ranker.extra_trees is True
    assert config.retrieval.ease_all == DEFAULT.retrieval.ease_all
    assert config.windows == DEFAULT.windows


def test_the_parts_of_a_list_are_separated_by_commas() -> None:
    config = DEFAULT.with_settings(["windows.cuts=0.5,0.7", "examples.revealed=0.5"])

    assert config.windows.cuts == (0.5, 0.7)
    assert config.examples.revealed == (0.5,)


def test_the_seed_is_part_of_the_configuration_and_the_last_setting_counts() -> None:
    assert TrainingConfig(seed=3).with_settings(["seed=4", "seed=5"]).seed == 5


def test_no_settings_change_nothing() -> None:
    assert DEFAULT.with_settings([]) == DEFAULT


@pytest.mark.parametrize(
    ("setting", "wanted"),
    [
        ("retrieval.per_sorce=1", ["retrieval.per_sorce", "retrieval.per_source"]),
        ("per_source=1", ["per_source", "retrieval.per_source"]),
        ("retrieval.query=1", ["retrieval.query", "retrieval.query.fade"]),
        ("shrink=1", ["retrieval.item_knn.shrink", "retrieval.transitions.shrink"]),
        ("retrieval.per_source=many", ["retrieval.per_source=many", "integer"]),
        ("retrieval.per_source=0", ["retrieval.per_source=0", "greater than 0"]),
        ("retrieval.ease.reg=nan", ["retrieval.ease.reg=nan"]),
        ("windows.cuts=0.5,1.5", ["windows.cuts=1.5", "less than 1"]),
        ("windows.cuts=", ["windows.cuts"]),
        ("ranker.min_trees=500", ["ranker", "min_trees=500", "max_trees=120"]),
        ("retrieval.per_source", ["KEY=VALUE", "retrieval.per_source"]),
        ("=3", ["no such hyper-parameter"]),
    ],
)
def test_a_setting_that_cannot_be_is_one_line_that_names_the_key(setting: str, wanted: list[str]) -> None:
    with pytest.raises(Misconfigured) as refused:
        DEFAULT.with_settings([setting])

    message = str(refused.value)
    assert "\n" not in message
    assert all(part in message for part in wanted)


def test_a_configuration_survives_the_way_through_a_manifest() -> None:
    config = DEFAULT.with_settings(["seed=9", "retrieval.query.fade=20", "windows.cuts=0.4,0.6"])

    assert TrainingConfig.model_validate(config.model_dump(mode="json")) == config


def groups(config: BaseModel) -> Iterator[BaseModel]:
    """The configuration and every group in it."""
    yield config
    for name in type(config).model_fields:
        if isinstance(part := getattr(config, name), BaseModel):
            yield from groups(part)


def test_every_hyper_parameter_says_what_it_means_by_itself_or_in_its_group() -> None:
    silent = [
        f"{type(group).__name__}.{name}"
        for group in groups(DEFAULT)
        for name, field in type(group).model_fields.items()
        if not isinstance(getattr(group, name), BaseModel)
        and not field.description
        and "Larger" not in (type(group).__doc__ or "")
    ]

    assert silent == []


def test_the_code_version_has_no_commit_where_git_does_not_track_the_code(tmp_path: Path) -> None:
    outside = tmp_path / "copy.py"
    outside.touch()

    assert "+" not in code_version(outside)


def test_the_code_version_starts_with_that_of_the_package() -> None:
    assert code_version().split("+")[0] == code_version(HERE.parent / "nowhere" / "x.py")
