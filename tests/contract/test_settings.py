"""The shared list of MARQUEE_* variables is complete: a setting that is missing from it fails a test here."""

import re
from pathlib import Path

import pytest

from enricher.settings import EnricherSettings
from features.settings import FeaturesSettings
from gateway.settings import GatewaySettings
from ingest.settings import IngestSettings
from marquee.settings import OF_ONE_SERVICE, ServiceSettings, known_variables, unknown_variables
from ranker.settings import RankerSettings
from trainer.settings import TrainerSettings

ROOT = Path(__file__).resolve().parents[2]
SERVICES = (EnricherSettings, FeaturesSettings, GatewaySettings, IngestSettings, RankerSettings, TrainerSettings)
NAMED_IN: tuple[str, ...] = (
    "compose.yaml",
    ".env.example",
    "Makefile",
    "frontend/src/lib/env.ts",
    "ci/*.sh",
    "cli/src/marquee_cli/*.py",
)
NAMED_IN += ("README.md", "docs/*.md", "services/*/README.md", "services/*/Dockerfile", "frontend/README.md")
NAME = re.compile(r"MARQUEE_[A-Z_]*[A-Z]\b(?!_)")


def test_the_list_is_what_the_services_read_besides_what_they_share() -> None:
    own = {name.upper() for settings in SERVICES for name in settings.model_fields} - {"TMDB_API_KEY"}

    assert own - {name.upper() for name in ServiceSettings.model_fields} == OF_ONE_SERVICE


def test_every_variable_that_is_set_or_described_somewhere_is_known() -> None:
    files = [path for pattern in NAMED_IN for path in ROOT.glob(pattern)]
    named = {name for path in files for name in NAME.findall(path.read_text(encoding="utf-8"))}

    assert len(named) > 30
    assert unknown_variables(dict.fromkeys(named, "")) == {}


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("MARQUEE_RANKER_TIMEOUT", "MARQUEE_RANKER_TIMEOUT_S"),
        ("MARQUEE_REDIS_URL", "MARQUEE_REDIS__URL"),
        ("MARQUEE_KAFKA__BOOTSTRAPS", "MARQUEE_KAFKA__BOOTSTRAP"),
        ("MARQUEE_TMDB_API_KEY", "TMDB_API_KEY"),
        ("MARQUEE_COFFEE_STRENGTH", None),
    ],
)
def test_a_misspelt_variable_is_found_and_the_closest_known_one_suggested(name: str, meant: str | None) -> None:
    assert unknown_variables({name: "x", "MARQUEE_PORT": "1", "marquee_host": "h", "HOME": "/"}) == {name: meant}


def test_variables_of_test_runs_are_known_and_suggestions_are_names() -> None:
    assert unknown_variables({"MARQUEE_TEST_DATA": "x", "MARQUEE_KAFKA": "{}"}) == {}
    assert {"MARQUEE_KAFKA__TOPIC_PREFIX", "MARQUEE_REDIS__TIMEOUT_S", "TMDB_API_KEY"} <= known_variables()
