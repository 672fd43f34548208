"""Plots as SVG in the page's own colours: means with their intervals, bars, and a line. Pure, no library needed."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, LEFT, RIGHT, ROW, TOP, BOTTOM = 720, 210, 24, 26, 10, 40
LINE_HEIGHT = 220


@dataclass(frozen=True, slots=True)
class Whisker:
    """A mean with its interval; `is_marked` sets it off from the others. `of` points into the document."""

    label: str
    mean: float
    low: float
    high: float
    of: str
    is_marked: bool = False


@dataclass(frozen=True, slots=True)
class Scale:
    """A linear axis: `low` is drawn at `start`, `high` at `end`."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 2)

    def ticks(self) -> list[float]:
        """Round values inside, about six."""
        step = _round_step((self.high - self.low) / 6)
        first = math.ceil(self.low / step - 1e-9)
        return [round(at * step, 10) for at in range(first, math.floor(self.high / step + 1e-9) + 1)]


def _round_step(rough: float) -> float:
    """1, 2 or 5 times a power of ten, not below `rough`."""
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * (1 - 1e-9))


def scale_of(values: Sequence[float], start: float, end: float) -> Scale:
    """An axis that has 0 on it and some room beyond the values."""
    low, high = min(0.0, *values), max(0.0, *values)
    if low == high:
        return Scale(0.0, 1.0, start, end)
    room = (high - low) * 0.05
    return Scale(low - (room if low < 0 else 0), high + (room if high > 0 else 0), start, end)


def whiskers(rows: Sequence[Whisker], *, title: str, unit: str) -> str:
    """Dots with whiskers, one row each; a line at 0 where differences are on both sides of it."""
    scale = scale_of([value for row in rows for value in (row.low, row.high)], LEFT, WIDTH - RIGHT)
    bottom = TOP + ROW * len(rows)
    parts = _across(scale, bottom, unit)
    if scale.low < 0:
        parts.append(f'<path class="zero" d="M{scale.at(0)} {TOP}V{bottom}"/>')
    for number, row in enumerate(rows):
        y = TOP + ROW * (number + 0.5)
        low, mean, high = scale.at(row.low), scale.at(row.mean), scale.at(row.high)
        parts.append(
            f'<g class="{"ours" if row.is_marked else "other"}" data-of="{escape(row.of)}">'
            f'<text x="{LEFT - 12}" y="{y + 4}" text-anchor="end">{escape(row.label)}</text>'
            f'<path d="M{low} {y}H{high}M{low} {y - 4}V{y + 4}M{high} {y - 4}V{y + 4}"/>'
            f'<circle cx="{mean}" cy="{y}" r="4.5"/></g>'
        )
    return _svg(parts, title, bottom + BOTTOM)


def bars(rows: Sequence[tuple[str, float, str]], *, title: str, unit: str) -> str:
    """Bars from 0, one row each.

    Args:
        rows: label, value of 0 or more, and where in the document it stands.
    """
    scale = scale_of([0.0, *(value for _, value, _ in rows)], LEFT, WIDTH - RIGHT)
    bottom = TOP + ROW * len(rows)
    parts = _across(scale, bottom, unit)
    for number, (label, value, of) in enumerate(rows):
        y = TOP + ROW * (number + 0.5)
        parts.append(
            f'<g class="ours" data-of="{escape(of)}">'
            f'<text x="{LEFT - 12}" y="{y + 4}" text-anchor="end">{escape(label)}</text>'
            f'<rect x="{LEFT}" y="{y - 7}" width="{round(scale.at(value) - LEFT, 2)}" height="14"/></g>'
        )
    return _svg(parts, title, bottom + BOTTOM)


def line(
    points: Sequence[tuple[float, float, str]], *, marked: float | None, title: str, units: tuple[str, str]
) -> str:
    """A line through points of ascending x; the marked x is set off.

    Args:
        points: x, y, and where in the document y stands. units: of x and of y.
    """
    xs, ys = [x for x, _, _ in points], [y for _, y, _ in points]
    spread = (max(xs) - min(xs)) * 0.05 or 1.0
    across = Scale(min(xs) - spread, max(xs) + spread, 80, WIDTH - RIGHT)
    room = (max(ys) - min(ys)) * 0.15 or 0.01
    up = Scale(min(ys) - room, max(ys) + room, LINE_HEIGHT, TOP)
    parts = []
    for value in up.ticks():
        parts.append(f'<path class="grid" d="M80 {up.at(value)}H{WIDTH - RIGHT}"/>')
        parts.append(f'<text class="tick" x="72" y="{up.at(value) + 4}" text-anchor="end">{value:g}</text>')
    below = LINE_HEIGHT + 16
    parts += [f'<text class="tick" x="{across.at(x)}" y="{below}" text-anchor="middle">{x:g}</text>' for x in xs]
    parts.append(
        f'<text class="tick" x="{WIDTH - RIGHT}" y="{LINE_HEIGHT + 34}" text-anchor="end">{escape(units[0])}</text>'
    )
    parts.append(f'<text class="tick" x="80" y="{LINE_HEIGHT + 34}">{escape(units[1])}</text>')
    parts.append(f'<path class="line" d="M{"L".join(f"{across.at(x)} {up.at(y)}" for x, y, _ in points)}"/>')
    for x, y, of in points:
        kind = "ours" if x == marked else "other"
        parts.append(
            f'<g class="{kind}" data-of="{escape(of)}"><circle cx="{across.at(x)}" cy="{up.at(y)}" r="5"/></g>'
        )
    return _svg(parts, title, LINE_HEIGHT + BOTTOM)


def _across(scale: Scale, bottom: float, unit: str) -> list[str]:
    """The grid and the labels of a horizontal axis."""
    parts = []
    for value in scale.ticks():
        at = scale.at(value)
        parts.append(f'<path class="grid" d="M{at} {TOP}V{bottom}"/>')
        parts.append(f'<text class="tick" x="{at}" y="{bottom + 16}" text-anchor="middle">{_tick(value)}</text>')
    parts.append(f'<text class="tick" x="{WIDTH - RIGHT}" y="{bottom + 34}" text-anchor="end">{escape(unit)}</text>')
    return parts


def _tick(value: float) -> str:
    return f"{value:g}".replace("-", "−")


def _svg(parts: Sequence[str], title: str, height: float) -> str:
    return f'<svg viewBox="0 0 {WIDTH} {height:g}" role="img" aria-label="{escape(title)}">{"".join(parts)}</svg>'
