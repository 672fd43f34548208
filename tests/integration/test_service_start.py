"""A service that cannot start says why in one line, with the address, and ends with 1."""

import asyncio
import json
import os
import sys

import pytest

pytestmark = pytest.mark.integration

NOBODY = "127.0.0.1:9"


async def started(service: str, **env: str) -> tuple[int, str]:
    """Exit code and standard error of a service as a process."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", f"{service}.main"),
        env={**os.environ, **env, "MARQUEE_LOG_LEVEL": "WARNING"},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(90):
        _, output = await process.communicate()
    assert process.returncode is not None
    return process.returncode, output.decode()


@pytest.mark.parametrize("service", ["ingest", "enricher", "features", "trainer", "ranker", "gateway"])
async def test_an_unreachable_dependency_is_named_with_the_time_tried(service: str) -> None:
    code, output = await started(
        service, MARQUEE_WAIT_S="1", MARQUEE_KAFKA__BOOTSTRAP=NOBODY, MARQUEE_REDIS__URL=f"redis://{NOBODY}/0"
    )

    assert code == 1
    assert len(output.splitlines()) == 1, output
    assert output.startswith(f"{service}: could not reach ")
    assert NOBODY in output
    assert "tried for" in output


async def test_a_wrong_setting_is_named_in_one_line_at_start() -> None:
    code, output = await started("ranker", MARQUEE_PORT="-1")

    assert code == 1
    assert output.strip() == "ranker: MARQUEE_PORT: Input should be greater than 0"


async def test_a_misspelt_variable_is_named_once_with_the_one_that_was_meant() -> None:
    code, output = await started(
        "gateway",
        MARQUEE_WAIT_S="1",
        MARQUEE_REDIS__URL=f"redis://{NOBODY}/0",
        MARQUEE_RANKER_TIMEOUT="3",
        MARQUEE_TRAIN_SEED="1",  # the trainer's: all services are started with one environment
    )

    assert code == 1
    first, last = output.splitlines()
    logged = json.loads(first)
    assert (logged["event"], logged["level"]) == ("unknown_setting", "warning")
    assert (logged["variable"], logged["did_you_mean"]) == ("MARQUEE_RANKER_TIMEOUT", "MARQUEE_RANKER_TIMEOUT_S")
    assert last.startswith("gateway: could not reach redis")
