"""Diagrams of a run as SVG inside markdown, the only form that both Prefect UIs show offline.

Colours are readable on a dark and on a light page.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape
from itertools import pairwise
from typing import NamedTuple

_GREY, _BLUE, _GREEN, _AMBER, _RED = "#7d8590", "#2f6fd6", "#2a8a55", "#b26a00", "#c0362c"
_COLOUR = {
    "loaded": _GREEN, "revised": _GREEN, "unchanged": _GREY, "duplicate": _GREY,
    "quarantined": _AMBER, "removed": _GREY,
}  # fmt: skip
_WIDTH, _HEIGHT, _GAP_X, _GAP_Y = 116, 38, 22, 10


class Box(NamedTuple):
    """A count and what it counts, in a column and row of the picture."""

    column: int
    row: float
    number: int
    name: str
    colour: str


def markdown_image(svg: str, words: str) -> str:
    """The picture as self-contained markdown; ``words`` is its alternative text."""
    packed = base64.b64encode(svg.encode()).decode()
    return f"![{words}](data:image/svg+xml;base64,{packed})"


def draw_way(
    files: int, outcomes: Sequence[tuple[str, int]], tables: Sequence[tuple[str, int]]
) -> str:
    """From left to right: files, their outcomes, and the rows of the tables they fed."""
    middle = (len(outcomes) - 1) / 2
    start = Box(0, middle, files, "files", _BLUE)
    ended = [
        Box(1, row, count, name, _COLOUR.get(name, _GREY))
        for row, (name, count) in enumerate(outcomes)
    ]
    made = [
        Box(2 + number, middle, count, name, _BLUE) for number, (name, count) in enumerate(tables)
    ]
    lines = [_line(start, box) for box in ended]
    if made:
        lines += [_line(box, made[0]) for box in ended if box.name in ("loaded", "revised")]
        lines += [_line(before, after) for before, after in pairwise(made)]
    width = (2 + len(made)) * (_WIDTH + _GAP_X) - _GAP_X
    height = max(1, len(outcomes)) * (_HEIGHT + _GAP_Y) - _GAP_Y
    return _svg(width, height, [*lines, *(_box(box) for box in (start, *ended, *made))])


def _corner(box: Box) -> tuple[float, float]:
    return box.column * (_WIDTH + _GAP_X), box.row * (_HEIGHT + _GAP_Y)


def _box(box: Box) -> str:
    x, y = _corner(box)
    return (
        f"<rect x='{x}' y='{y}' width='{_WIDTH}' height='{_HEIGHT}' rx='5' fill='{box.colour}'/>"
        f"<text x='{x + _WIDTH / 2}' y='{y + 24}' fill='#fff' text-anchor='middle'>"
        f"{box.number:,} {escape(box.name)}</text>"
    )


def _line(start: Box, stop: Box) -> str:
    (x1, y1), (x2, y2) = _corner(start), _corner(stop)
    x1, y1, y2 = x1 + _WIDTH, y1 + _HEIGHT / 2, y2 + _HEIGHT / 2
    bend = (x1 + x2) / 2
    return (
        f"<path d='M{x1} {y1} C{bend} {y1} {bend} {y2} {x2} {y2}' fill='none' "
        f"stroke='{_GREY}' stroke-width='2'/>"
    )


class Bar(NamedTuple):
    """One run of a trend. ``stopped`` is true where it published nothing because it failed."""

    label: str
    good: int
    withheld: int
    stopped: bool


_BAR, _BARS_HIGH = 22, 96


def draw_trend(bars: Sequence[Bar]) -> str:
    """What each run loaded and withheld, oldest first; a run that failed is a red mark."""
    most = max([bar.good + bar.withheld for bar in bars] + [1])
    parts = [f"<text x='0' y='12' fill='{_GREY}'>{most:,}</text>"]
    for number, bar in enumerate(bars):
        parts.append(_bar(60 + number * (_BAR + 4), bar, most))
    ground = 16 + _BARS_HIGH
    width = max(60 + len(bars) * (_BAR + 4), 380)
    parts.append(f"<path d='M56 {ground} H{width}' stroke='{_GREY}' stroke-width='1'/>")
    if bars:
        parts.append(
            f"<text x='60' y='{ground + 18}' fill='{_GREY}'>{escape(bars[0].label)}</text>"
        )
    if len(bars) > 9:
        last = f"<text x='{width}' y='{ground + 18}' fill='{_GREY}' text-anchor='end'>"
        parts.append(f"{last}{escape(bars[-1].label)}</text>")
    return _svg(width, ground + 26, parts)


def _bar(x: int, bar: Bar, most: int) -> str:
    ground = 16 + _BARS_HIGH
    good, withheld = (_BARS_HIGH * count / most for count in (bar.good, bar.withheld))
    title = f"{bar.label}: {bar.good:,} loaded, {bar.withheld:,} withheld"
    if bar.stopped:
        shown = (
            f"<path d='M{x + 4} {ground - 18} l14 14 m0 -14 l-14 14' stroke='{_RED}' "
            "stroke-width='3'/>"
        )
    else:
        shown = (
            f"<rect x='{x}' y='{ground - max(good, 2):.1f}' width='{_BAR}' "
            f"height='{max(good, 2):.1f}' fill='{_GREEN if bar.good else _GREY}'/>"
            f"<rect x='{x}' y='{ground - good - withheld:.1f}' width='{_BAR}' "
            f"height='{withheld:.1f}' fill='{_AMBER}'/>"
        )
    return f"<g><title>{escape(title)}</title>{shown}</g>"


def _svg(width: float, height: float, parts: Sequence[str]) -> str:
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{width:.0f}' height='{height:.0f}' "
        f"viewBox='-1 -1 {width + 2:.0f} {height + 2:.0f}' font-family='system-ui,sans-serif' "
        f"font-size='14'>{''.join(parts)}</svg>"
    )
