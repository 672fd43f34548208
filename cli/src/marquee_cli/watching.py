"""What the running services say of their progress, as lines for a person."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from marquee_cli.failures import CommandFailed
from marquee_cli.steps import Progress

Json = Mapping[str, Any]


@dataclass(slots=True)
class Watching:
    """Probes over the services' own reports.

    Args:
        url: the address of a service by its name.
        users: whom to ask a first personal ranking for; the first one who gets it becomes `found`.
    """

    url: Callable[[str], str]
    users: tuple[int, ...]
    http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=10))
    found: Json | None = None

    def get(self, service: str, path: str) -> Json | None:
        """A report, or None while the service does not answer."""
        try:
            answer = self.http.get(self.url(service) + path)
        except httpx.HTTPError:
            return None
        body = answer.json() if answer.status_code == httpx.codes.OK else None
        return body if isinstance(body, dict) else None

    def load(self) -> Progress:
        """The data set going in.

        Raises:
            CommandFailed: ingest could not read it.
        """
        report = self.get("ingest", "/v1/load")
        if report is None:
            return Progress("asking ingest")
        if report.get("phase") == "failed" or report.get("error"):
            raise CommandFailed(f"the data set could not be loaded: {report.get('error')}")
        return Progress(_load_line(report), is_done=report.get("phase") in ("done", "idle"))

    def metadata(self) -> Progress:
        """Movies that TMDB (or the snapshot) was asked about."""
        report = self.get("enricher", "/v1/coverage")
        if report is None:
            return Progress("asking enricher")
        return Progress(_coverage_line(report), is_done=_is_covered(report))

    def state(self) -> Progress:
        """Events counted in the stores."""
        report = self.get("features", "/v1/state")
        if report is None:
            return Progress("asking features")
        lag = sum(report.get("lag", {}).values())
        text = f"{report['users']:,} users, {report['ratings']:,} ratings, {report['movies']:,} movies"
        text += f"; {lag:,} records to go" if lag else ""
        return Progress(text, is_done=lag == 0 and report["ratings"] > 0)

    def training(self) -> Progress:
        """A model that the ranker holds; the trainer's phases until then.

        Raises:
            CommandFailed: the training failed.
        """
        ranker = self.get("ranker", "/version") or {}
        report = self.get("trainer", "/v1/training") or {}
        if ranker.get("model_version"):
            return Progress(f"model {ranker['model_version']} is being served", is_done=True)
        phase, message = report.get("phase", "asking trainer"), report.get("message") or ""
        if phase == "failed":
            raise CommandFailed(f"the training failed: {message}")
        return Progress(f"{phase}: {message}" if message else str(phase))

    def ranking(self) -> Progress:
        """A ranking of rung personal, through the gateway."""
        for user_id in self.users:
            try:
                answer = self.http.post(f"{self.url('gateway')}/v1/rank", json={"user_id": user_id, "k": 10})
            except httpx.HTTPError:
                return Progress("asking gateway")
            if answer.status_code != httpx.codes.OK:
                return Progress(f"gateway answers {answer.status_code}")
            ranking = answer.json()
            if ranking["meta"]["rung"] == "personal":
                self.found = {**ranking, "user_id": user_id}
                return Progress(f"user {user_id}, rung personal", is_done=True)
            rung = ranking["meta"]["rung"]
        return Progress(f"rung {rung} so far")


def _load_line(report: Json) -> str:
    rows, total = report.get("ratings_read", report.get("rows", 0)), report.get("ratings_total", report.get("total"))
    text = f"{report.get('phase')}: {rows:,}" + (f" of {total:,}" if total else "") + " ratings"
    if rate := report.get("rate"):
        text += f", {rate:,.0f}/s"
    if eta_s := report.get("eta_s"):
        text += f", {eta_s:.0f} s left"
    rejected = report.get("rejected")
    count = sum(rejected.values()) if isinstance(rejected, dict) else rejected
    return text + (f", {count:,} rows rejected" if count else "")


def _coverage_line(report: Json) -> str:
    numbers = ", ".join(f"{value:,} {key.replace('_', ' ')}" for key, value in report.items() if isinstance(value, int))
    return numbers or "nothing to ask"


def _is_covered(report: Json) -> bool:
    return bool(report.get("done", report.get("pending", 0) == 0))
