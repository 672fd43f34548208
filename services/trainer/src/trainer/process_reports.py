"""The reports of the rankers' processes on the models that they rank with."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from marquee.contracts.events import ModelChanged
from marquee.contracts.serving_reports import Role, ServingReported
from trainer.observed import Observed
from trainer.serving_rules import MIN_USERS

CLOCKS_DIFFER = timedelta(seconds=5)
"""Rankers' clocks may be behind the trainer's by this much."""

_Key = tuple[str, str, Role]
"""Process, version and role."""


@dataclass(slots=True)
class Reports:
    """The newest report of each process on each model, and the one before counting began again."""

    newest: dict[_Key, ServingReported] = field(default_factory=dict)
    before: dict[_Key, ServingReported] = field(default_factory=dict)

    def take(self, report: ServingReported) -> None:
        """Take in a report; an older one than is known changes nothing."""
        key = (report.process, report.version, report.role)
        known = self.newest.get(key)
        if known is not None and report.reported_at < known.reported_at:
            return
        if known is not None and report.since > known.since:
            self.before[key] = known
        self.newest[key] = report

    def forget(self, before: datetime) -> None:
        """Forget reports of an earlier time."""
        for reports in (self.newest, self.before):
            for key in [key for key, one in reports.items() if one.reported_at < before]:
                del reports[key]

    def of(self, version: str, role: Role, *, since: datetime | None = None) -> Observed:
        """What was counted of a model in a role; with `since`, nothing that began to be counted earlier."""
        mine = (one for key, one in self.newest.items() if key[1:] == (version, role))
        return Observed.of(one for one in mine if since is None or one.since >= since)

    def of_champion(self, served: ModelChanged) -> Observed:
        """What was counted of the model that serves, since it does."""
        return self.of(served.version, Role.CHAMPION, since=served.changed_at - CLOCKS_DIFFER)

    def ever(self, version: str) -> Observed | None:
        """What was counted of a model while it served: the newest that is of enough users; None if nothing is."""
        for reports in (self.newest, self.before):
            found = Observed.of(one for key, one in reports.items() if key[1:] == (version, Role.CHAMPION))
            if found.users >= MIN_USERS:
                return found
        return None
