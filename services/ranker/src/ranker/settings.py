"""Settings of the ranker."""

import os

from pydantic import Field, NonNegativeInt, PositiveFloat, PositiveInt

from marquee.stores.cards import CardSettings

MOST_PROCESSES = 4


def processes_for_this_machine() -> int:
    """A process for every two cores, up to MOST_PROCESSES: the gateway, the stores and the trainer need some, too."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(cores // 2, MOST_PROCESSES))


class RankerSettings(CardSettings):
    """From MARQUEE_* variables."""

    port: PositiveInt = 8005
    ranker_workers: PositiveInt = Field(default_factory=processes_for_this_machine)
    refresh_s: PositiveFloat = 1.0  # how often movie counts and cards are read again; users are read at each request
    user_timeout_s: PositiveFloat = 0.15  # after it the last known history is ranked, or a kept answer again
    receipt_wait_s: PositiveFloat = (
        0.25  # for the events named in `after`; together with user_timeout_s the gateway waits
    )
    rank_threads: PositiveInt = 1  # that rank beside the event loop; Python computes on one at a time anyway
    rank_waiting: PositiveInt = 32  # rankings that may wait for a thread; more are refused
    rank_limit_s: PositiveFloat = 1.5  # for a ranking whose caller does not say how long it waits
    page_read_s: PositiveFloat = 0.5  # for a ranking whose next page is asked for, also while it is being written
    pinned_bytes: PositiveInt = (
        67_108_864  # of Redis, for rankings whose next pages can be asked for; the oldest go first
    )
    cached_bytes: NonNegativeInt = 33_554_432  # of memory, for answers that can be sent again; 0: none are kept
    explain_at_once: PositiveInt = 2  # searches for what would change a place, each on a thread of its own
    explain_wait_s: PositiveFloat = 0.5  # for one of these to end; then 503
    explain_search_s: PositiveFloat = 0.4  # for all movies of a request; what is not found by then is not said
    report_s: PositiveFloat = 3.0  # how often what a model did to users is told to the trainer, if anything changed
    remembered_users: PositiveInt = 10_000  # last known histories, for when Redis is unavailable

    @property
    def processes(self) -> int:
        return self.ranker_workers
