"""What compose.yaml and the Dockerfiles promise, read from the files."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from marquee_cli.parts import SERVICES

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
ALL = ("kafka", "redis", *SERVICES, "frontend")
BASES = {"python:3.11-slim-bookworm", "node:22-bookworm-slim"}
DOCKERFILES = [ROOT / "services" / name / "Dockerfile" for name in SERVICES] + [ROOT / "frontend" / "Dockerfile"]


def test_given_the_compose_file_then_it_has_the_broker_redis_six_services_and_the_page() -> None:
    assert tuple(COMPOSE["services"]) == ALL
    assert COMPOSE["services"]["kafka"]["image"] == "apache/kafka:4.1.1"
    assert COMPOSE["services"]["redis"]["image"] == "redis:8-bookworm"


@pytest.mark.parametrize("name", ALL)
def test_given_a_service_then_it_has_a_healthcheck_a_memory_limit_and_few_rights(name: str) -> None:
    service = COMPOSE["services"][name]

    assert service["healthcheck"]["test"]
    assert service["mem_limit"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["restart"] == "unless-stopped"
    assert service.get("read_only", False) is (name != "kafka")  # its start script writes beside itself
    waits_for = service.get("depends_on", {}).values()
    assert all(condition == {"condition": "service_healthy"} for condition in waits_for)
    assert waits_for or name in ("kafka", "redis")


def test_given_the_ports_then_only_the_api_and_the_page_are_published_and_on_loopback() -> None:
    published = {name: service["ports"] for name, service in COMPOSE["services"].items() if "ports" in service}

    assert set(published) == {"gateway", "frontend"}
    assert all(port.startswith("${MARQUEE_BIND:-127.0.0.1}:") for ports in published.values() for port in ports)


def test_given_the_named_volumes_then_each_is_declared_and_used() -> None:
    used = {
        volume.partition(":")[0]
        for service in COMPOSE["services"].values()
        for volume in service.get("volumes", [])
        if not volume.startswith("${")
    }
    from ingest.datasets import NAMED

    assert set(COMPOSE["volumes"]) == used | set(NAMED)


@pytest.mark.parametrize("dockerfile", DOCKERFILES, ids=lambda path: path.parent.name)
def test_given_a_dockerfile_then_it_is_multi_stage_non_root_on_the_agreed_base_and_needs_no_buildkit(
    dockerfile: Path,
) -> None:
    text = dockerfile.read_text()
    stages = [line.split() for line in text.splitlines() if line.startswith("FROM ")]
    names = {stage[3] for stage in stages if len(stage) > 3}

    assert len(stages) >= 2
    assert {stage[1] for stage in stages} - names <= BASES
    assert "USER 10001:10001" in text
    assert "--mount" not in text
    assert "<<" not in text


def test_given_the_six_services_then_they_share_the_text_of_the_first_stage() -> None:
    mark = "# --- the same up to here ---"
    texts = [path.read_text() for path in DOCKERFILES if path.parent.name != "frontend"]

    assert len({text.partition(mark)[0] for text in texts}) == 1
    assert all(mark in text for text in texts)
