"""What `marquee bench --load` found, as tables for the terminal and for Markdown, and as JSON. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.table import Table

from marquee_cli.bench_figures import Figure
from marquee_cli.open_loop.curves import Curve, Plan, Point
from marquee_cli.open_loop.generator import TIMEOUT_S
from marquee_cli.open_loop.steps import GOOD_SHARE, HARDLY_GOOD_SHARE, LATE_MS, LATE_SHARE, Spread, Step

COUNTED = ("other", "refused", "failed", "overdue")
OF_A_CURVE = ("rate/s", "good", "in time", "p50 ms", "p99 ms", *COUNTED, "sent late, ms", "sending, ms", "")
OF_ALL = ("what", "keeps up with", "p50 there, ms", "p99 there, ms")
OF_FIGURES = ("what", "measured", "budget", "met in")
UNSAID = ("requests", "errors", "ratings")
FORMS = {
    "per_s": "{}/s",
    "mib": "{} MiB",
    "ms": "{} ms",
    "seconds": "{} s",
    "errors": "{} errors",
    "percent_of_a_core": "{} % of a core",
}
OF_THE_GENERATOR = ("rate/s", "processor time per request, ms", "p50 ms", "p99 ms", "sent late, ms", "")
WORDS = """\
- An **open loop**: requests arrive at a constant rate, whether or not the system keeps up, and a latency is counted
  from the intended time of the request to its whole answer. A stall is so counted for all that would have been sent.
- **good**: the share of all requests that were answered as asked; latencies are theirs alone. **in time**: the share
  with a good answer within {limit_ms:g} ms. **other**: 200, but not what is measured (the popular list in place of a
  personal one, a kept answer in place of a computed one, or the other way round). **refused**: 429, or 503 with
  `Retry-After`. **failed**: another status, or a broken connection. **overdue**: no answer within {timeout_s:g} s.
- **keeps up**: at least {good:.0%} good and p99 within {limit_ms:g} ms. After two rates in a row with less than
  {hardly:.0%} good or a median above {limit_ms:g} ms, no higher one is tried.
- **sent late**: how long after the intended time the generator sent, p99. Above {late_ms:g} ms, and above
  {late_share:.0%} of the p99 that was measured, the generator, which runs on the same cores, was too slow itself: such
  a run is left out of its row, and a rate that was late in every run is marked and says nothing of the system.
  **sending**: the generator's own processor time per request.
- Figures are medians of {runs} runs of {step_s:g} s per rate, smallest and largest beside them where they differ;
  counts are sums.
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """All that `marquee bench --load` measures.

    Attributes:
        figures: of each run, those of one client and of the whole system.
        own: the generator's steps against the trivial server.
    """

    figures: list[list[Figure]]
    curves: list[Curve]
    own: list[Step]


@dataclass(frozen=True, slots=True)
class Section:
    """A table, wherever it is shown."""

    title: str
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]

    def as_table(self) -> Table:
        """For the terminal."""
        table = Table(title=self.title, title_justify="left")
        for number, column in enumerate(self.columns):
            table.add_column(column, justify="right" if number else "left")
        for row in self.rows:
            table.add_row(*row)
        return table

    def as_markdown(self) -> str:
        """With its title as a heading."""
        lines = [self.columns, ("---", *("---:" for _ in self.columns[1:])), *self.rows]
        return f"## {self.title}\n" + "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def sections(measured: Measured, plan: Plan) -> Iterator[Section]:
    """The summary, each curve, the figures of one client, and the generator's own cost."""
    title = f"Highest rate with {GOOD_SHARE:.0%} good answers and p99 within {plan.limit_ms:g} ms"
    yield Section(title, OF_ALL, [summary_row(curve, plan.limit_ms) for curve in measured.curves])
    for curve in measured.curves:
        yield Section(curve.what.capitalize(), OF_A_CURVE, [point_row(point) for point in curve.points()])
    yield Section("One client at a time, closed loops, and the system", OF_FIGURES, figure_rows(measured.figures))
    title = "The generator itself, against a server that only answers"
    yield Section(title, OF_THE_GENERATOR, [own_row(step) for step in measured.own])


def summary_row(curve: Curve, limit_ms: float) -> tuple[str, ...]:
    """The median of the runs' saturations, and the latencies at that rate."""
    found = curve.saturations(limit_ms)
    known = [each.per_s for each in found if each.per_s is not None]
    if not known:
        return (curve.what, "not known", "–", "–")
    rates = Spread.of(known)
    beyond = "at least " if any(each.is_beyond for each in found) else ""
    text = f"{beyond}{rates.text(0)}/s" if rates.most else "no rate"
    if len(known) < len(found):
        text += f" in {len(known)} of {len(found)} runs, the generator was late in the rest"
    at = {point.rate_per_s: point for point in curve.points()}.get(rates.median)
    return (curve.what, text, *(latencies(at) if at else ("–", "–")))  # of two runs the median may be a rate not tried


def latencies(point: Point) -> tuple[str, str]:
    """p50 and p99."""
    return point.spread(lambda step: step.p50_ms).text(1), point.spread(lambda step: step.p99_ms).text(1)


def point_row(point: Point) -> tuple[str, ...]:
    """A rate of a curve."""
    left_out = f"{point.late_runs} late left out" if point.late_runs else ""
    return (
        f"{point.rate_per_s:,.0f}",
        point.spread(lambda step: step.good_share * 100).text(1) + " %",
        point.spread(lambda step: step.within_share * 100).text(1) + " %",
        *latencies(point),
        *(str(sum(getattr(step, name) for step in point.steps)) for name in COUNTED),
        point.spread(lambda step: step.late_p99_ms).text(1),
        point.spread(lambda step: step.cpu_ms).text(2),
        "generator late" if point.is_late else left_out,
    )


def figure_rows(runs: Sequence[Sequence[Figure]]) -> list[tuple[str, ...]]:
    """The figures by name, those of all runs together."""
    names = dict.fromkeys(figure.what for run in runs for figure in run)
    return [_figure_row([figure for run in runs for figure in run if figure.what == name]) for name in names]


def _figure_row(found: Sequence[Figure]) -> tuple[str, ...]:
    texts = []
    for number in found[0].numbers:
        spread = Spread.of([figure.numbers[number] for figure in found])
        if number not in UNSAID or (number == "errors" and spread.most):
            form = FORMS.get(number, number.removesuffix("_ms") + " {} ms")
            texts.append(form.format(spread.text(0 if spread.median >= 1_000 else 1)))
    judged = [figure.is_met for figure in found if figure.is_met is not None]
    met = f"{sum(judged)} of {len(judged)} runs" if judged else ""
    return (found[0].what, ", ".join(texts), found[0].budget, met)


def own_row(step: Step) -> tuple[str, ...]:
    """A rate of the generator against the trivial server."""
    figures = (f"{value:.2f}" for value in (step.p50_ms, step.p99_ms, step.late_p99_ms))
    return (f"{step.rate_per_s:,.0f}", f"{step.cpu_ms:.3f}", *figures, "generator late" if step.is_late else "")


def markdown(about: Mapping[str, str], found: Sequence[Section], plan: Plan, *, picture: str) -> str:
    """The whole page.

    Args:
        about: what was measured, on what machine, when, with which command.
        picture: the file of the plot, beside the page.
    """
    head = f"# Load of {about['commit']}, {about['measured_at'][:10]}\n"
    facts = "\n".join(f"| {name} | {value} |" for name, value in about.items())
    words = WORDS.format(
        **asdict(plan),
        good=GOOD_SHARE,
        hardly=HARDLY_GOOD_SHARE,
        late_ms=LATE_MS,
        late_share=LATE_SHARE,
        timeout_s=TIMEOUT_S,
    )
    summary, *rest = (section.as_markdown() for section in found)
    plot = f"![Latency by rate, one panel per kind of request; the tables below hold the same figures]({picture})\n"
    return "\n".join([head, f"| | |\n| --- | --- |\n{facts}\n", summary, plot, words, *rest])


def document(about: Mapping[str, str], measured: Measured, plan: Plan) -> dict[str, Any]:
    """Every step of every run, ready for JSON; NaN is null there."""
    return {
        "about": dict(about),
        "plan": asdict(plan),
        "generator": [_fields(step, plan) for step in measured.own],
        "figures": [[asdict(figure) for figure in run] for run in measured.figures],
        "curves": [
            {
                "name": curve.name,
                "what": curve.what,
                "keeps_up_with": [asdict(each) for each in curve.saturations(plan.limit_ms)],
                "runs": [[_fields(step, plan) for step in run] for run in curve.runs],
            }
            for curve in measured.curves
        ],
    }


def _fields(step: Step, plan: Plan) -> dict[str, Any]:
    return {**asdict(step), "is_late": step.is_late, "is_met": step.is_met(plan.limit_ms)}
