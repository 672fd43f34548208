"""The running services' own progress reports, as lines for people."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from ingest.progress import LoadStatus, Phase, progress_line
from marquee_cli.failures import CommandFailed
from marquee_cli.steps import Progress

Json = Mapping[str, Any]


@dataclass(slots=True)
class Watching:
    """Probes of the services' own reports.

    Args:
        url: gives the address of a service by its name.
        users: users to request a first personal ranking for; the first ranking that is personal becomes `found`.
    """

    url: Callable[[str], str]
    users: tuple[int, ...]
    http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=10))
    found: Json | None = None

    def get(self, service: str, path: str) -> Json | None:
        """A service's report, or None while it does not answer."""
        try:
            answer = self.http.get(self.url(service) + path)
        except httpx.HTTPError:
            return None
        body = answer.json() if answer.status_code == httpx.codes.OK else None
        return body if isinstance(body, dict) else None

    def load(self) -> Progress:
        """The loading of the data set.

        Raises:
            CommandFailed: ingest could not read it.
        """
        report = self.get("ingest", "/v1/load")
        if report is None:
            return Progress("waiting for ingest")
        status = LoadStatus.model_validate(report)
        if status.phase is Phase.FAILED:
            raise CommandFailed(f"the data set could not be loaded: {status.error}")
        return Progress(_load_line(status), is_done=status.phase in (Phase.DONE, Phase.IDLE))

    def metadata(self) -> Progress:
        """Movies looked up at TMDB, or in the snapshot file."""
        report = self.get("enricher", "/v1/coverage")
        if report is None:
            return Progress("waiting for enricher")
        return Progress(_coverage_line(report), is_done=report["pending"] == 0 or report["mode"] == "none")

    def state(self) -> Progress:
        """Users, ratings and movies in the stores."""
        report = self.get("features", "/v1/state")
        if report is None:
            return Progress("waiting for features")
        lag = sum(report.get("lag", {}).values())
        text = f"{report['users']:,} users, {report['ratings']:,} ratings, {report['movies']:,} movies"
        text += f", {dismissed:,} dismissals" if (dismissed := report.get("dismissed", 0)) else ""
        text += f"; {lag:,} records to go" if lag else ""
        return Progress(text, is_done=lag == 0 and report["ratings"] > 0)

    def training(self) -> Progress:
        """The trainer's phases, until the ranker serves a model.

        Raises:
            CommandFailed: the training failed.
        """
        ranker = self.get("ranker", "/version") or {}
        report = self.get("trainer", "/v1/training") or {}
        if ranker.get("model_version"):
            return Progress(f"model {ranker['model_version']} is being served", is_done=True)
        phase, message = report.get("phase", "waiting for trainer"), report.get("message") or ""
        if phase == "failed":
            raise CommandFailed(f"the training failed: {message}")
        return Progress(f"{phase}: {message}" if message else str(phase))

    def ranking(self) -> Progress:
        """A ranking on the rung `personal`, through the gateway."""
        for user_id in self.users:
            try:
                answer = self.http.post(f"{self.url('gateway')}/v1/rank", json={"user_id": user_id, "k": 10})
            except httpx.HTTPError:
                return Progress("waiting for gateway")
            if answer.status_code != httpx.codes.OK:
                return Progress(f"gateway answers {answer.status_code}")
            ranking = answer.json()
            if ranking["meta"]["rung"] == "personal":
                self.found = {**ranking, "user_id": user_id}
                return Progress(f"user {user_id}, rung personal", is_done=True)
            rung = ranking["meta"]["rung"]
        return Progress(f"rung {rung} so far")


def _load_line(status: LoadStatus) -> str:
    done = status.report
    if done is None:
        return progress_line(status)
    if done.skipped:
        return "already loaded"
    rejected = sum(done.rejected.values())
    text = f"{done.accepted:,} ratings of {done.users:,} users, {done.movies:,} movies"
    text += "" if "/" in done.data else f" of {done.data}"  # a named set may be another one's stand-in
    return text + (f"; {rejected:,} rows rejected, see {done.rejects_file}" if rejected else "")


def _coverage_line(report: Json) -> str:
    text = f"{report['found']:,} of {report['movies']:,} movies found ({report['mode']})"
    return text + (f"; {report['pending']:,} to go" if report["pending"] else "")
