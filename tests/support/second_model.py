"""A second model of a running system: a copy of the one that serves, under another name, as if it had served before."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

from marquee.contracts.events import ModelState
from marquee.contracts.registry import champion_of, registry
from marquee.contracts.topics import MODELS
from marquee.kafka.models_topic import model_events
from marquee.kafka.publisher import Publisher, record_of
from marquee.settings import KafkaSettings


async def add_retired_model(kafka: KafkaSettings, models: Path, version: str) -> str:
    """Copy the bundle that serves and put the copy's record on models.v1; returns the version that serves."""
    champion = champion_of(registry(await model_events(kafka)))
    assert champion is not None
    if not (models / version).exists():
        draft = models / f".{version}.copy"
        shutil.copytree(models / champion.event.location, draft)
        manifest = json.loads((draft / "manifest.json").read_text())
        (draft / "manifest.json").write_text(json.dumps(manifest | {"version": version}))
        draft.rename(models / version)
    copied = champion.event.model_copy(update={"version": version, "location": version})
    retired = copied.past(
        ModelState.RETIRED, changed_at=datetime.now(UTC), reason=f"replaced by {champion.version}", by="gate"
    )
    async with Publisher(kafka, timeout_s=30) as publisher:
        await publisher.publish(MODELS, [record_of(MODELS, retired)])
    return champion.version
