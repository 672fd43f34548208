"""The load curves as one SVG: latency over rate, a panel for each kind of request. Pure, no library needed."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

from marquee_cli.open_loop.curves import Curve, Point
from marquee_cli.open_loop.steps import Spread, Step

WIDTH, HEIGHT, ACROSS = 430, 260, 2
LEFT, RIGHT, TOP, BOTTOM = 52, 14, 34, 40
FOOT = 34
LINES: tuple[tuple[str, str, Callable[[Step], float]], ...] = (
    ("p50", "#1d4ed8", lambda step: step.p50_ms),
    ("p99", "#c2410c", lambda step: step.p99_ms),
)
GRID, TEXT, LIMIT = "#d4d4d8", "#27272a", "#52525b"
FONT = "font-family='system-ui, sans-serif' font-size='12'"


@dataclass(frozen=True, slots=True)
class Axis:
    """A logarithmic axis: `low` is drawn at `start`, `high` at `end`."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Where a value is drawn; one outside is drawn at the edge."""
        share = math.log(min(max(value, self.low), self.high) / self.low) / math.log(self.high / self.low)
        return round(self.start + share * (self.end - self.start), 1)

    def ticks(self) -> list[float]:
        """1, 2 and 5 of each decade inside, or the decades alone where these would be many."""
        decades = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        mantissas = (1, 2, 5) if len(decades) <= 3 else (1,)
        found = (mantissa * 10.0**decade for decade in decades for mantissa in mantissas)
        return [value for value in found if self.low <= value <= self.high]


def picture(curves: Sequence[Curve], *, limit_ms: float, title: str) -> str:
    """The whole SVG, on white, so that it can be read on a dark page too.

    Args:
        curves: with at least one step.
        title: said to those who do not see it, and written below the panels.
    """
    points = [point for curve in curves for point in curve.points()]
    rates = [point.rate_per_s for point in points]
    latencies = [value for point in points for _, _, figure in LINES for value in _edges(point.spread(figure))]
    x = (min(rates) / 1.2, max(rates) * 1.2)
    y = (10.0 ** math.floor(math.log10(min([limit_ms, *latencies]))), max([limit_ms, *latencies]) * 1.3)
    width, height = WIDTH * ACROSS, HEIGHT * math.ceil(len(curves) / ACROSS) + FOOT
    panels = [
        f"<g transform='translate({WIDTH * (number % ACROSS)} {HEIGHT * (number // ACROSS)})'>"
        + "\n".join(_panel(curve, x, y, limit_ms))
        + "</g>"
        for number, curve in enumerate(curves)
    ]
    return "\n".join(
        [
            f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' role='img' {FONT} fill='{TEXT}'>",
            f"<title>{escape(title)}</title>",
            f"<rect width='{width}' height='{height}' fill='#fff'/>",
            *panels,
            _key(title, limit_ms, height - FOOT / 2),
            "</svg>\n",
        ]
    )


def _panel(curve: Curve, x: tuple[float, float], y: tuple[float, float], limit_ms: float) -> Iterator[str]:
    across = Axis(*x, LEFT, WIDTH - RIGHT)
    up = Axis(*y, HEIGHT - BOTTOM, TOP)
    yield f"<text x='{LEFT}' y='20' font-weight='600'>{escape(curve.what)}</text>"
    for value in across.ticks():
        at = across.at(value)
        yield f"<path d='M{at} {TOP}V{HEIGHT - BOTTOM}' stroke='{GRID}'/>"
        yield f"<text x='{at}' y='{HEIGHT - BOTTOM + 16}' text-anchor='middle'>{value:,g}</text>"
    for value in up.ticks():
        at = up.at(value)
        yield f"<path d='M{LEFT} {at}H{WIDTH - RIGHT}' stroke='{GRID}'/>"
        yield f"<text x='{LEFT - 6}' y='{at + 4}' text-anchor='end'>{value:,g}</text>"
    yield f"<text x='{WIDTH - RIGHT}' y='{HEIGHT - 6}' text-anchor='end'>requests per second</text>"
    yield f"<text x='{LEFT}' y='{HEIGHT - 6}'>ms</text>"
    yield f"<path d='M{LEFT} {up.at(limit_ms)}H{WIDTH - RIGHT}' stroke='{LIMIT}' stroke-dasharray='5 4'/>"
    for _, colour, figure in LINES:
        yield from _line(curve.points(), figure, colour, across, up)


def _line(
    points: Sequence[Point], figure: Callable[[Step], float], colour: str, across: Axis, up: Axis
) -> Iterator[str]:
    """A band from the smallest to the largest run, the medians as a line; hollow points where the sender was late."""
    spreads = [(point, spread) for point in points if not math.isnan((spread := point.spread(figure)).median)]
    if not spreads:
        return
    places = [(across.at(point.rate_per_s), spread) for point, spread in spreads]
    edge = [f"{x} {up.at(spread.most)}" for x, spread in places]
    edge += [f"{x} {up.at(spread.least)}" for x, spread in reversed(places)]
    yield f"<path d='M{'L'.join(edge)}Z' fill='{colour}' fill-opacity='.15'/>"
    middle = "L".join(f"{x} {up.at(spread.median)}" for x, spread in places)
    yield f"<path d='M{middle}' fill='none' stroke='{colour}' stroke-width='1.8'/>"
    for point, spread in spreads:
        inside = "#fff" if point.is_late else colour
        at = f"cx='{across.at(point.rate_per_s)}' cy='{up.at(spread.median)}'"
        yield f"<circle {at} r='3' fill='{inside}' stroke='{colour}'/>"


def _edges(spread: Spread) -> list[float]:
    return [] if math.isnan(spread.median) else [spread.least, spread.most]


def _key(title: str, limit_ms: float, y: float) -> str:
    names = "".join(f"<tspan fill='{colour}' font-weight='600'>{name}</tspan>, " for name, colour, _ in LINES)
    words = f"bands: all runs; dashed: {limit_ms:g} ms; hollow: the generator was late. {escape(title)}"
    return f"<text x='{LEFT}' y='{y + 4}'>{names}{words}</text>"
