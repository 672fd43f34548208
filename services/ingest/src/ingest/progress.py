"""How far a bulk load is: counted by the load, read by GET /v1/load and by the progress line."""

import time
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self

from marquee.contracts.bodies import Answer


class Phase(StrEnum):
    IDLE = "idle"  # no data set was given
    DOWNLOADING = "downloading"
    READING = "reading"
    PUBLISHING = "publishing"
    DONE = "done"
    FAILED = "failed"


class LoadReport(Answer):
    """What a load did, in numbers that must agree at every later hop."""

    data: str
    rows_read: int  # ratings, the bad ones included
    accepted: int
    rejected: dict[str, int]  # by reason, movies and links included
    users: int
    movies: int
    events: int  # records on ratings.v1
    rejects_file: str | None = None
    seconds: float
    skipped: bool = False  # the same content was loaded before


class LoadStatus(Answer):
    """The body of GET /v1/load."""

    phase: Phase
    data: str
    rows_read: int
    ratings_accepted: int
    ratings_published: int
    movies_published: int
    rejected: dict[str, int]
    bytes_downloaded: int
    rate_per_s: float  # of the phase at hand: rows, ratings, or bytes
    eta_s: float | None
    error: str | None = None
    report: LoadReport | None = None


@dataclass(slots=True)
class Progress:
    """Mutable, written by one load."""

    data: str = ""
    phase: Phase = Phase.IDLE
    rows_read: int = 0
    ratings_accepted: int = 0
    ratings_published: int = 0
    movies_published: int = 0
    bytes_downloaded: int = 0
    rejected: dict[str, int] = field(default_factory=dict)
    permille: int = 0  # of the phase at hand
    error: str | None = None
    report: LoadReport | None = None
    _started: float = field(default_factory=time.monotonic)

    @classmethod
    def before(cls, data: str) -> Self:
        """Before anything is done: idle only where no data set is given, so that a load that is about to begin, and has
        to go through a large file first to know whether it was loaded before, is not taken for none."""
        return cls(data=data, phase=Phase.READING if data else Phase.IDLE)

    def enter(self, phase: Phase) -> None:
        self.phase = phase
        self.permille = 0
        self._started = time.monotonic()

    def status(self) -> LoadStatus:
        elapsed_s = max(time.monotonic() - self._started, 1e-3)
        done = {
            Phase.DOWNLOADING: self.bytes_downloaded,
            Phase.READING: self.rows_read,
            Phase.PUBLISHING: self.ratings_published,
        }.get(self.phase, 0)
        eta_s = elapsed_s * (1_000 - self.permille) / self.permille if self.permille and done else None
        return LoadStatus(
            phase=self.phase,
            data=self.data,
            rows_read=self.rows_read,
            ratings_accepted=self.ratings_accepted,
            ratings_published=self.ratings_published,
            movies_published=self.movies_published,
            rejected=self.rejected,
            bytes_downloaded=self.bytes_downloaded,
            rate_per_s=round(done / elapsed_s, 1),
            eta_s=None if eta_s is None else round(eta_s, 1),
            error=self.error,
            report=self.report,
        )


def progress_line(status: LoadStatus) -> str:
    """One line for people: "publishing  100,836 of 100,836 ratings  512,000/s  ETA 0 s"."""
    counted = {
        Phase.DOWNLOADING: f"{status.bytes_downloaded / 1e6:,.1f} MB",
        Phase.READING: f"{status.rows_read:,} rows",
        Phase.PUBLISHING: f"{status.ratings_published:,} of {status.ratings_accepted:,} ratings",
    }.get(status.phase)
    if counted is None:
        return f"{status.phase}{f': {status.error}' if status.error else ''}"
    rate = (
        f"{status.rate_per_s / 1e6:,.1f} MB/s" if status.phase is Phase.DOWNLOADING else f"{status.rate_per_s:,.0f}/s"
    )
    eta = "" if status.eta_s is None else f"  ETA {status.eta_s:,.0f} s"
    return f"{status.phase:<11} {counted}  {rate}{eta}"


def report_lines(report: LoadReport) -> list[str]:
    """The final report for people."""
    if report.skipped:
        return [f"{report.data}: the same content is already loaded; nothing to do (--force loads it again)"]
    lines = [
        f"{report.data}: loaded in {report.seconds:.1f} s",
        f"  ratings read      {report.rows_read:>12,}",
        f"  ratings accepted  {report.accepted:>12,}",
        f"  rejected          {sum(report.rejected.values()):>12,}",
        *(f"    {reason:<16}{count:>12,}" for reason, count in report.rejected.items()),
        f"  users             {report.users:>12,}",
        f"  movies            {report.movies:>12,}",
        f"  events published  {report.events:>12,}",
    ]
    return lines + ([f"  rejected rows are in {report.rejects_file}"] if report.rejects_file else [])
