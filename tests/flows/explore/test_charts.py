"""The same figures drawn twice: as Altair charts and as SVG."""

from __future__ import annotations

from datetime import date
from xml.etree import ElementTree

import polars as pl

from flows.explore.figure import LONGEST_LABEL, Bars, Columns, Figure, cycled, distinct_labels
from flows.explore.live_chart import live_chart
from flows.explore.still_chart import still_chart

DAYS = [date(2024, 3, 1), date(2024, 3, 1), date(2024, 3, 3)]
STACKED = Columns(
    "Articles by day and outlet", "day (UTC)", "articles",
    pl.DataFrame(
        {
            "start_day": DAYS,
            "end_day": [date(2024, 3, 2), date(2024, 3, 2), date(2024, 3, 4)],
            "series": ["rest", "tide", "tide"],
            "value": [1, 3, 2],
        }
    ),
    {"tide": "#111111", "rest": "#222222"},
)  # fmt: skip
SIDE_BY_SIDE = Columns(
    "Checks that failed", "run started", "failed checks",
    pl.DataFrame({"label": ["01 Mar", "02 Mar"], "value": [0, 0]}),
)  # fmt: skip
LYING = Bars(
    "Company", "named with it", "stories",
    pl.DataFrame({"label": ["<b>Ada</b>", "Oslo"], "value": [1_200, 7]}),
)  # fmt: skip
EMPTY = Bars("Nothing", "of", "all", LYING.frame.clear())


def drawn(figure: Figure) -> ElementTree.Element:
    html = still_chart(figure).html
    return ElementTree.fromstring(html)


def rectangles(figure: Figure) -> list[tuple[str, str]]:
    svg = drawn(figure)[0]
    return [
        (rect.attrib["fill"], rect.findtext("title") or "")
        for rect in svg.iter("rect")
        if rect.find("title") is not None
    ]


def test_a_stack_is_drawn_in_the_order_of_its_legend() -> None:
    assert rectangles(STACKED) == [
        ("#111111", "tide, 2024-03-01: 3"),
        ("#111111", "tide, 2024-03-03: 2"),
        ("#222222", "rest, 2024-03-01: 1"),
    ]
    svg = drawn(STACKED)[0]
    heights = [float(rect.attrib["height"]) for rect in svg.iter("rect")]
    assert heights == [150.0, 100.0, 50.0], "of 200 for 4"


def test_titles_axes_and_values_are_written() -> None:
    texts = [text.text for text in drawn(LYING)[0].iter("text")]
    assert texts == ["Company", "<b>Ada</b>", "1,200", "Oslo", "7", "stories"]
    texts = [text.text for text in drawn(SIDE_BY_SIDE)[0].iter("text")]
    assert {"Checks that failed", "failed checks", "run started", "01 Mar"} <= set(texts)


def test_a_figure_without_rows_is_drawn_too() -> None:
    assert rectangles(EMPTY) == []
    assert live_chart(EMPTY).to_dict()["title"]["text"] == "Nothing"


def test_live_charts_have_titles_no_menu_and_days_of_utc() -> None:
    chart = live_chart(STACKED).to_dict()
    assert chart["title"]["text"] == "Articles by day and outlet"
    assert chart["encoding"]["x"]["title"] == "day (UTC)"
    assert chart["encoding"]["x"]["scale"]["type"] == "utc"
    assert chart["encoding"]["y"]["title"] == "articles"
    assert chart["encoding"]["color"]["scale"]["domain"] == ["tide", "rest"]
    assert chart["usermeta"]["embedOptions"]["actions"] is False


def test_labels_are_cut_kept_apart_and_freed_of_what_does_not_print() -> None:
    long = "x" * (LONGEST_LABEL + 1)
    assert distinct_labels(["Ada", "Ada", "Ada (2)", "a\n\u202eb", long]) == [
        "Ada", "Ada (2)", "Ada (2) (2)", "a b", "x" * (LONGEST_LABEL - 1) + "…",
    ]  # fmt: skip


def test_all_others_are_grey() -> None:
    colours = cycled(["a", "b", "all others"], last_is_other=True)
    assert colours["all others"] == "#b4b9c0"
    assert len(set(colours.values())) == 3
