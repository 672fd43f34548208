"""How far a load is: what is said before it has begun."""

import pytest

from ingest.progress import Phase, Progress, progress_line


@pytest.mark.parametrize(("data", "phase"), [("", Phase.IDLE), ("ml-latest-small", Phase.READING)])
def test_only_a_service_without_a_data_set_is_idle(data: str, phase: Phase) -> None:
    status = Progress.before(data).status()

    assert status.phase is phase
    assert status.data == data
    assert progress_line(status).startswith(phase.value)
