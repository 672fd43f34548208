"""The training lists of the windows: each window is a pure function of the ratings and a cut, wherever it runs."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from marquee.features.movie_features import MovieFeatures
from marquee.retrieval import content
from marquee.retrieval.fitted import FittedRetrieval, fit_retrieval
from marquee.state.item_stats import ItemStats
from marquee.state.movie_table import MovieTable
from marquee.state.ratings import Ratings, latest_per_movie
from trainer.config import TrainingConfig
from trainer.examples import EVALUATION_REVEALED, Example, Kind, examples, far_examples
from trainer.executor import HERE, Executor, Shared
from trainer.held_out import HeldOut, Noted, held_out_examples
from trainer.lists import DescribedExample, TrainingLists, described_examples
from trainer.part_lists import described_parts
from trainer.similar_ranker import SimilarTask, SimilarWindow, similar_window
from trainer.windows import Bounds, bounds

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Inputs:
    """What all windows of a training are made of.

    Attributes:
        ratings: in time order. bounds: where each window lies in them, the newest one last.
        terms: the catalogue's content, computed once.
    """

    ratings: Ratings
    catalog: MovieTable
    terms: content.Terms
    config: TrainingConfig
    bounds: tuple[Bounds, ...]

    @classmethod
    def of(cls, ratings: Ratings, catalog: MovieTable, terms: content.Terms, config: TrainingConfig) -> "Inputs":
        """Ratings in any order, cut as the configuration says."""
        windows = bounds(len(ratings), config.windows.cuts, label_share=config.windows.label_share)
        return cls(ratings.in_time_order(), catalog, terms, config, tuple(windows))

    @property
    def newest_ms(self) -> int:
        """When the newest window begins, in Unix milliseconds; 0 without one."""
        return int(self.ratings.rated_at[self.bounds[-1].start]) if self.bounds else 0

    def retrieval(self, before: Ratings) -> FittedRetrieval:
        """Fitted on these ratings and on nothing else."""
        return fit_retrieval(before, self.catalog, self.config.retrieval, terms=self.terms)


@dataclass(frozen=True, slots=True)
class WindowPart:
    """What one window gives.

    Attributes:
        noted: of its lists. held_out: of the newest window, which knows nothing of what earlier ones noted.
        similar: None if nobody asked for it.
    """

    lists: TrainingLists
    noted: Noted
    held_out: HeldOut | None
    similar: SimilarWindow | None


def window_part(inputs: Inputs, at: int, with_similar: bool) -> WindowPart:
    """Fit retrieval on the past of window number `at`, and describe the lists of its users, and of its movies."""
    config, newest_ms, is_newest = inputs.config, inputs.newest_ms, at == len(inputs.bounds) - 1
    whole, seed, noted = inputs.bounds[at].window(inputs.ratings), config.seed + at, Noted()
    window = replace(whole, before=latest_per_movie(whole.before))  # once for all that follows
    at_most, revealed, far = config.examples.at_most, config.examples.revealed, config.examples.far_at_most
    retrieval = inputs.retrieval(window.before)
    movies = MovieFeatures.of(ItemStats.of(window.before), inputs.catalog)

    def of_both_kinds(shares: Sequence[float]) -> list[Example]:
        return [one for kind in Kind for one in examples(window, kind, at_most=at_most, seed=seed, revealed=shares)]

    def described(found: Sequence[Example]) -> Iterator[DescribedExample]:
        """The examples in which anything was liked, each described when it is asked for."""
        return described_examples([one for one in found if len(one.liked)], retrieval, movies, newest_ms=newest_ms)

    passing = described([*of_both_kinds(revealed), *far_examples(window, at_most=far, seed=seed)])
    lists = TrainingLists.of(noted.newest(passing) if is_newest else noted.earlier(passing), window=at)
    held_out = None
    if is_newest:
        asked = held_out_examples(described(of_both_kinds(EVALUATION_REVEALED)), movies.state)
        held_out = HeldOut(asked, noted.probes, retrieval, movies, noted.learned_until_ms, newest_ms)
    similar = None
    if with_similar:
        similar = similar_window(
            at, window, retrieval, movies, config.similar, seed=config.seed, newest_ms=newest_ms, is_newest=is_newest
        )
    return WindowPart(lists, noted, held_out, similar)


def part_lists(inputs: Inputs, at: int, at_most: int) -> tuple[TrainingLists, Noted]:
    """At most so many part lists of window number `at`; what they ask for was rated before it."""
    noted, before = Noted(), inputs.bounds[at].window(inputs.ratings).before
    parted = described_parts(
        before,
        inputs.catalog,
        inputs.terms,
        inputs.config.retrieval,
        inputs.config.part_lists,
        at_most=at_most,
        seed=inputs.config.seed + at,
        newest_ms=inputs.newest_ms,
    )
    return TrainingLists.of(noted.earlier(parted), window=at - 1), noted


def final_retrieval(inputs: Inputs) -> FittedRetrieval:
    """The retrieval to serve: fitted on all ratings."""
    return inputs.retrieval(inputs.ratings)


def window_lists(
    shared: Shared[Inputs],
    progress: Progress,
    *,
    executor: Executor = HERE,
    similar_task: SimilarTask | None = None,
) -> tuple[TrainingLists, HeldOut | None]:
    """The training lists of all windows, and the last window's examples for the report; None without a window.

    The newest window is made first, as its ratings are the most; the lists come in the order of time.
    Part lists follow when all windows are there, since each window gives so many for the lists of the ones before it.

    Args:
        shared: by this executor.
        similar_task: collects what each window gives for similar movies.
    """
    parts, held_out, learned_until_ms = [TrainingLists.of([], window=0)], None, 0
    windows, with_similar = shared.value.bounds, similar_task is not None
    newest_first = range(len(windows))[::-1]  # the longest calls first, so that processes end together
    pending = deque(executor.submit(window_part, shared, at, with_similar) for at in newest_first)
    made: dict[int, WindowPart] = {}
    for at in newest_first:
        made[at] = pending.popleft().result()
        progress(f"window {at + 1} of {len(windows)}: {windows[at].start} ratings, {len(made[at].lists)} lists")
    for _, one in sorted(made.items()):
        parts.append(one.lists)
        learned_until_ms = max(learned_until_ms, one.noted.learned_until_ms)
        if one.held_out is not None:
            held_out = one.held_out
        if similar_task is not None and one.similar is not None:
            similar_task.collect(one.similar)
    config = shared.value.config.part_lists
    for_trial = np.cumsum([0, *(np.count_nonzero(lists.is_for_trial) for lists in parts[1:])])
    parted = [
        executor.submit(part_lists, shared, at, round(config.per_list * for_trial[at]))
        for at in range(max(0, len(windows) - config.windows), len(windows))
    ]
    for pending_part in parted:
        lists, noted = pending_part.result()
        parts.append(lists)
        learned_until_ms = max(learned_until_ms, noted.learned_until_ms)
    if held_out is not None:
        held_out = replace(held_out, learned_until_ms=learned_until_ms)
    if config.windows:
        progress(f"part lists: {sum(len(lists) for lists in parts[len(windows) + 1 :])}")
    return TrainingLists.concat(parts), held_out
