"""`marquee models`: which models there are and why each was promoted or refused; promote one, or roll back.

Imports only the shared library, so that a service's container can run it as a script:
docker compose exec -T trainer /app/bin/python - list < cli/src/marquee_cli/models.py
"""

import argparse
import asyncio
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from marquee.bundle import BundleRefused, read_manifest, verified_manifest
from marquee.contracts.events import ModelChanged, ModelState, ModelStatus
from marquee.contracts.manifest import ModelManifest
from marquee.contracts.registry import (
    CannotServe,
    Entry,
    champion_of,
    check_decision,
    decision,
    previous_of,
    registry,
)
from marquee.contracts.topics import MODELS
from marquee.contracts.verdict import Verdict
from marquee.errors import MarqueeError
from marquee.kafka.models_topic import model_events
from marquee.kafka.publisher import Publisher, record_of
from marquee.logs import configure_logs
from marquee.settings import ServiceSettings

PUBLISH_S = 15.0
ADMIN = "admin"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        "The broker is MARQUEE_KAFKA__BOOTSTRAP and the bundles are in MARQUEE_MODEL_DIR, or both are those of the "
        "embedded run in MARQUEE_HOME. A decision is an event on models.v1: the ranker follows it within a second, "
        "and the next model that is trained is compared with the one that was chosen."
    )
    commands = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    commands.add_parser("list", help="all models, the one that serves first, and why each was promoted or refused")
    show = commands.add_parser("show", help="one model: its verdict with every check, its figures, how it was made")
    show.add_argument("version")
    diff = commands.add_parser("diff", help="in what two models differ: figures, counts, configuration, code")
    diff.add_argument("first")
    diff.add_argument("second")
    promote = commands.add_parser("promote", help="let this model serve; a refused one cannot")
    promote.add_argument("version")
    rollback = commands.add_parser("rollback", help="let the model serve that served before")
    rollback.add_argument("version", nargs="?", help="another one that has served (default: the last one)")
    for command in (promote, rollback):
        command.add_argument("--reason", default="", help="kept with the event")


def run(args: argparse.Namespace) -> int:
    """Exit code 0, or 1 with one line that says why."""
    settings = ServiceSettings()
    configure_logs("marquee", level="CRITICAL", as_json=False)  # one line of ours replaces the client's own messages
    try:
        entries = registry(asyncio.run(model_events(settings.kafka)))
        match args.action:
            case "list":
                print("\n".join(listing(entries)))
            case "show":
                entry = _named(entries, args.version)
                print("\n".join(card(entry, _manifest(settings, entry))))
            case "diff":
                pair = [_named(entries, version) for version in (args.first, args.second)]
                print("\n".join(difference(*(_of(entry, _manifest(settings, entry)) for entry in pair))))
            case "promote":
                _decide(settings, entries, _named(entries, args.version), ModelStatus.PROMOTED, args.reason)
            case "rollback":
                wanted = _named(entries, args.version) if args.version else previous_of(entries)
                if wanted is None:
                    raise CannotServe("no other model has served, so there is nothing to roll back to")
                _decide(settings, entries, wanted, ModelStatus.ROLLED_BACK, args.reason)
    except MarqueeError as error:
        print(f"marquee models: {error}", file=sys.stderr)
        return 1
    return 0


def listing(entries: Sequence[Entry]) -> list[str]:
    """The models as a table."""
    if not entries:
        return ["no model has been trained yet"]
    rows = [("VERSION", "STATE", "SINCE", "BY", "nDCG@10", "WHY")]
    for entry in entries:
        event, ndcg = entry.event, entry.event.metrics.get("ndcg_at_10")
        since = f"{event.changed_at.astimezone(UTC):%Y-%m-%d %H:%M:%S}Z"
        why = event.reason if entry.state is not ModelState.CHAMPION else _why(event)
        rows.append((entry.version, entry.state.value, since, event.by or "-", _figure(ndcg), why or "-"))
    return list(_table(rows))


def _why(event: ModelChanged) -> str:
    notes = event.verdict.reasons if event.verdict is not None else ()
    return "; ".join([text for text in (event.reason, *notes) if text])


def card(entry: Entry, manifest: ModelManifest | None) -> list[str]:
    """One model for people."""
    event = entry.event
    lines = [
        f"{entry.version}: {entry.state.value} since {event.changed_at:%Y-%m-%d %H:%M:%S}Z, by {event.by or 'unknown'}"
    ]
    if event.reason:
        lines.append(f"  {event.reason}")
    lines += ["", *_verdict(event.verdict)]
    if event.metrics:
        lines += ["", "figures", *(f"  {line}" for line in _table([(k, _figure(v)) for k, v in event.metrics.items()]))]
    if manifest is None:
        return [*lines, "", "its bundle is no longer kept"]
    lines += ["", "made from", *(f"  {line}" for line in _table([(k, f"{v:,}") for k, v in manifest.counts.items()]))]
    if manifest.made_with is not None:
        lines += ["", f"code {manifest.made_with.code_version}, {manifest.ranker}"]
    return lines


def _verdict(verdict: Verdict | None) -> list[str]:
    if verdict is None:
        return ["nobody has judged it"]
    against = f" against {verdict.champion}" if verdict.champion else ""
    where = f" on {verdict.lists} lists of {verdict.users} users" if verdict.lists else ""
    serves = "may serve" if verdict.is_promoted else "does not serve"
    lines = [f"verdict: {verdict.outcome.value}, {serves}{against}{where}"]
    lines += [f"  {reason}" for reason in verdict.reasons]
    rows = [(check.outcome.value, check.name, check.detail) for check in verdict.checks]
    return [*lines, *(f"  {line}" for line in _table(rows))]


def difference(first: Mapping[str, Any], second: Mapping[str, Any]) -> list[str]:
    """The rows in which two models differ."""
    names = [*first, *(name for name in second if name not in first)]
    rows = [("", str(first["version"]), str(second["version"]))]
    for name in names:
        ours, theirs = first.get(name), second.get(name)
        if ours != theirs and name != "version":
            rows.append((name, _figure(ours), _figure(theirs)))
    return list(_table(rows)) if len(rows) > 1 else ["no difference"]


def _of(entry: Entry, manifest: ModelManifest | None) -> dict[str, Any]:
    """What two models are compared by, with dotted names."""
    found: dict[str, Any] = {"version": entry.version, "state": entry.state.value}
    if entry.event.verdict is not None:
        checks = {f"verdict.{check.name}": check.outcome.value for check in entry.event.verdict.checks}
        found |= {"verdict": entry.event.verdict.outcome.value, **checks}
    found |= {f"metrics.{name}": value for name, value in entry.event.metrics.items()}
    if manifest is not None:
        found |= {f"counts.{name}": value for name, value in manifest.counts.items()}
        if manifest.made_with is not None:
            found["code"] = manifest.made_with.code_version
            found |= dict(_flat("config", manifest.made_with.config))
    return found


def _flat(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(f"{name}.{key}", inner)
    else:
        yield name, value


def _decide(
    settings: ServiceSettings, entries: Sequence[Entry], wanted: Entry, status: ModelStatus, reason: str
) -> None:
    """Say on models.v1 that this model serves, once its bundle is found to be whole.

    Raises:
        CannotServe: it was refused, it serves already, or its bundle cannot be served.
    """
    champion = champion_of(entries)
    check_decision(wanted, status)
    try:
        verified_manifest(settings.model_dir / wanted.event.location)
    except BundleRefused as error:
        raise CannotServe(f"{wanted.version} cannot serve: {error}") from None
    served = None if champion is None else champion.event
    events = decision(served, wanted.event, status, reason=reason, now=datetime.now(UTC), by=ADMIN)
    asyncio.run(_publish(settings, events))
    before = f" instead of {champion.version}" if champion else ""
    print(f"{wanted.version} serves{before}")


async def _publish(settings: ServiceSettings, events: Sequence[ModelChanged]) -> None:
    async with Publisher(settings.kafka, timeout_s=PUBLISH_S) as publisher:
        await publisher.publish(MODELS, [record_of(MODELS, event) for event in events])


def _named(entries: Sequence[Entry], version: str) -> Entry:
    """The model of this name.

    Raises:
        CannotServe: there is none.
    """
    for entry in entries:
        if entry.version == version:
            return entry
    raise CannotServe(f"there is no model {version}; `marquee models list` shows all")


def _manifest(settings: ServiceSettings, entry: Entry) -> ModelManifest | None:
    try:
        return read_manifest(settings.model_dir / entry.event.location)
    except BundleRefused:
        return None


def _figure(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:.4f}" if isinstance(value, float) else str(value)


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The rows with their columns below each other; the last one is not filled up."""
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))] if rows else []
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row[:-1], widths, strict=False)]
        yield "  ".join([*cells, row[-1]]).rstrip()


def main() -> int:
    parser = argparse.ArgumentParser(prog="marquee models", description=__doc__)
    add_arguments(parser)
    return run(parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())
