"""Draws charts as SVG without scripts, for the static copy of the page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from html import escape
from typing import NamedTuple

from flows.explore.figure import ONE_COLOUR, Bars, Columns, Figure
from flows.explore.markup import Markup

_WIDTH, _LEFT, _RIGHT = 760, 64, 16
_BAR_LEFT, _BAR_STEP = 250, 22
_PLOT = 200
_TOP = 30
_LABEL_WIDTH = 84
"""Room for one label below the columns: a day, or a day and a time."""


class Stretch(NamedTuple):
    """Where on the axis of time a column stands, and how wide it is."""

    left: float
    width: float


class Bar(NamedTuple):
    """One rectangle: what it stands for, how much, and in which colour."""

    name: str
    value: int
    series: str | None
    colour: str


def still_chart(figure: Figure) -> Markup:
    """The figure as one SVG element with its legend; pointing at a bar shows its value."""
    drawing, height = _columns(figure) if isinstance(figure, Columns) else _horizontal(figure)
    return Markup(
        f'<figure><svg role="img" aria-label="{escape(figure.title)}" viewBox="0 0 {_WIDTH} '
        f'{height}" width="{_WIDTH}" height="{height}" font-family="system-ui,sans-serif" '
        f'font-size="12" fill="currentColor"><text x="0" y="16" font-size="14" font-weight="600">'
        f"{escape(figure.title)}</text>{drawing}</svg>{_legend(figure)}</figure>"
    )


def _legend(figure: Figure) -> str:
    if "series" not in figure.frame.columns:
        return ""
    shown = set(figure.frame["series"])
    return "<figcaption>" + "".join(
        f'<span><svg width="12" height="12"><rect width="12" height="12" fill="{colour}"/></svg> '
        f"{escape(name)}</span> "
        for name, colour in figure.colours.items() if name in shown
    ) + "</figcaption>"  # fmt: skip


def _bars(figure: Figure, name: str) -> list[Bar]:
    """The figure's rows, those of one stack in the order of the legend."""
    frame = figure.frame
    if "series" not in frame.columns:
        pairs = frame.select(name, "value").iter_rows()
        return [Bar(str(at), value, None, ONE_COLOUR) for at, value in pairs]
    rows = list(frame.select(name, "value", "series").iter_rows())
    rank = {series: number for number, series in enumerate(figure.colours)}
    rows.sort(key=lambda row: rank[row[2]])
    return [Bar(str(at), value, series, figure.colours[series]) for at, value, series in rows]


def _columns(figure: Columns) -> tuple[str, int]:
    inner, bottom = _WIDTH - _LEFT - _RIGHT, _TOP + _PLOT
    is_dated = "start_day" in figure.frame.columns
    bars = _bars(figure, "start_day" if is_dated else "label")
    places = _days(figure, inner) if is_dated else _side_by_side(figure, inner)
    highest = _round_up(max(_sums(bars).values(), default=0))
    parts, stacked = [_value_lines(highest, figure.value_title)], dict.fromkeys(places, 0.0)
    for bar in bars:
        tall = _PLOT * bar.value / highest
        stacked[bar.name] += tall
        left, width = places[bar.name]
        parts.append(_rectangle(bar, _LEFT + left, bottom - stacked[bar.name], width, tall))
    free_from = 0.0
    for name, (left, width) in places.items():
        middle = left + width / 2
        if middle >= free_from and middle <= inner - _LABEL_WIDTH / 3:
            parts.append(_text(name, _LEFT + middle, bottom + 16, "middle"))
            free_from = middle + _LABEL_WIDTH
    parts.append(_text(figure.time_title, _LEFT + inner / 2, bottom + 36, "middle"))
    return "".join(parts), bottom + 46


def _horizontal(figure: Bars) -> tuple[str, int]:
    bars = _bars(figure, "label")
    sums = _sums(bars)
    highest = max(sums.values(), default=0) or 1
    inner = _WIDTH - _BAR_LEFT - _LEFT
    # In the frame's order, whatever the order within a stack is.
    labels = list(dict.fromkeys(str(label) for label in figure.frame["label"]))
    drawn, parts = dict.fromkeys(labels, 0.0), []
    for bar in bars:
        wide, y = inner * bar.value / highest, _TOP + labels.index(bar.name) * _BAR_STEP + 3
        parts.append(_rectangle(bar, _BAR_LEFT + drawn[bar.name], y, wide, _BAR_STEP - 6))
        drawn[bar.name] += wide
    for number, label in enumerate(labels):
        y = _TOP + number * _BAR_STEP + 15
        parts.append(_text(label, _BAR_LEFT - 8, y, "end"))
        parts.append(_text(f"{sums[label]:,}", _BAR_LEFT + drawn[label] + 6, y, "start"))
    bottom = _TOP + len(labels) * _BAR_STEP
    parts.append(_text(figure.value_title, _BAR_LEFT + inner / 2, bottom + 16, "middle"))
    return "".join(parts), bottom + 26


def _days(figure: Columns, inner: float) -> dict[str, Stretch]:
    """Where each unit of time stands, in proportion to its days; oldest first."""
    spans: list[tuple[date, date]] = sorted(
        set(figure.frame.select("start_day", "end_day").iter_rows())
    )
    if not spans:
        return {}
    first, whole = spans[0][0], (spans[-1][1] - spans[0][0]).days
    scale = inner / whole
    return {
        str(start): Stretch((start - first).days * scale,
                            max((end - start).days * scale - 0.5, 0.8))
        for start, end in spans
    }  # fmt: skip


def _side_by_side(figure: Columns, inner: float) -> dict[str, Stretch]:
    labels = list(dict.fromkeys(str(label) for label in figure.frame["label"]))
    share = inner / max(len(labels), 1)
    width = min(share * 0.8, 60)
    return {
        label: Stretch((number + 0.5) * share - width / 2, width)
        for number, label in enumerate(labels)
    }


def _sums(bars: list[Bar]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for bar in bars:
        sums[bar.name] = sums.get(bar.name, 0) + bar.value
    return sums


def _value_lines(highest: int, title: str) -> str:
    return "".join(_value_line(highest, quarter) for quarter in range(5)) + (
        f'<text x="12" y="{_TOP + _PLOT / 2}" text-anchor="middle" '
        f'transform="rotate(-90 12 {_TOP + _PLOT / 2})">{escape(title)}</text>'
    )


def _value_line(highest: int, quarter: int) -> str:
    y = _TOP + _PLOT - _PLOT * quarter / 4
    return (
        f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y}" y2="{y}" stroke="currentColor" '
        f'stroke-opacity=".18"/>' + _text(f"{highest * quarter // 4:,}", _LEFT - 6, y + 4, "end")
    )


def _round_up(highest: int) -> int:
    """The next of 4, 8, 20, 40, 80, 200 …: numbers that four parts divide."""
    return next(number for number in _round_numbers() if number >= highest)


def _round_numbers() -> Iterator[int]:
    scale = 1
    while True:
        yield from (4 * scale, 8 * scale, 20 * scale)
        scale *= 10


def _rectangle(bar: Bar, x: float, y: float, width: float, height: float) -> str:
    series = "" if bar.series is None else f"{bar.series}, "
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" '
        f'fill="{bar.colour}"><title>{escape(f"{series}{bar.name}: {bar.value:,}")}</title></rect>'
    )


def _text(text: str, x: float, y: float, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
