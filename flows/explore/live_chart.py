"""Draws charts with Altair. The only module that imports Altair."""

from __future__ import annotations

import altair as alt
import polars as pl

from flows.explore.figure import LONGEST_LABEL, ONE_COLOUR, Bars, Columns, Figure

_WIDTH = 740
_FEW_LABELS = 12
"""Up to so many columns get a fixed width; they would fill the chart otherwise."""
_NO_MENU = {"embedOptions": {"actions": False}}
"""The menu of a chart would offer to open its data in an editor on the internet."""


def live_chart(figure: Figure) -> alt.Chart:
    """The figure as an interactive chart with tooltips."""
    if isinstance(figure, Columns):
        return _columns(figure)
    return _bars(figure)


def _columns(figure: Columns) -> alt.Chart:
    value = alt.Y("sum(value):Q", title=figure.value_title, axis=_whole_numbers())
    tooltips: list[alt.Tooltip]
    if "start_day" in figure.frame.columns:
        # Days are days of UTC; without the scale they would move to the reader's time zone.
        time = alt.X("start_day:T", title=figure.time_title, scale=alt.Scale(type="utc"),
                     axis=alt.Axis(grid=False, labelOverlap=True, labelSeparation=12))  # fmt: skip
        tooltips = [
            alt.Tooltip("start_day:T", title="from", format="%Y-%m-%d", timeUnit="utcyearmonthdate")
        ]
        chart = alt.Chart(figure.frame).mark_bar(tooltip=True)
        chart = chart.encode(x=time, x2=alt.X2("end_day:T"), y=value)
    else:
        axis = alt.Axis(labelAngle=-40, labelOverlap=True)
        label = alt.X("label:O", title=figure.time_title, sort=None, axis=axis)
        tooltips = [alt.Tooltip("label:O", title=figure.time_title)]
        is_few = figure.frame["label"].n_unique() <= _FEW_LABELS
        chart = alt.Chart(figure.frame)
        chart = chart.mark_bar(tooltip=True, size=40) if is_few else chart.mark_bar(tooltip=True)
        chart = chart.encode(x=label, y=value)
    tooltips.append(alt.Tooltip("sum(value):Q", title=figure.value_title, format=","))
    return _finished(figure, chart, tooltips).properties(height=220)


def _bars(figure: Bars) -> alt.Chart:
    # Upright above its labels: along the side of a chart of two bars it would be cut off.
    axis = alt.Axis(labelLimit=9 * LONGEST_LABEL, titleAngle=0, titleAlign="right", titleX=-6,
                    titleY=-8, titleBaseline="bottom")  # fmt: skip
    chart = alt.Chart(figure.frame).mark_bar(tooltip=True).encode(
        y=alt.Y("label:N", title=figure.label_title, sort=None, axis=axis),
        x=alt.X("sum(value):Q", title=figure.value_title, axis=_whole_numbers()),
    )  # fmt: skip
    tooltips = [
        alt.Tooltip("label:N", title=figure.label_title),
        alt.Tooltip("sum(value):Q", title=figure.value_title, format=","),
    ]
    return _finished(figure, chart, tooltips).properties(height=alt.Step(22))


def _whole_numbers() -> alt.Axis:
    return alt.Axis(tickMinStep=1, format=",d", tickCount=6)


def _finished(figure: Figure, chart: alt.Chart, tooltips: list[alt.Tooltip]) -> alt.Chart:
    if "series" in figure.frame.columns:
        names, shades = list(figure.colours), list(figure.colours.values())
        scale = alt.Scale(domain=names, range=shades)
        legend = alt.Legend(orient="bottom", columns=5, symbolType="square", labelLimit=160)
        chart = chart.encode(
            color=alt.Color("series:N", title=None, scale=scale, legend=legend),
            order=alt.Order("rank:Q"),
        )
        ranks = {name: rank for rank, name in enumerate(names)}
        chart.data = figure.frame.with_columns(
            rank=pl.col("series").replace_strict(ranks, return_dtype=pl.Int32)
        )
        tooltips = [alt.Tooltip("series:N", title="of"), *tooltips]
    else:
        chart = chart.encode(color=alt.value(ONE_COLOUR))
    return chart.encode(tooltip=tooltips).properties(
        title=alt.Title(figure.title, anchor="start", frame="group", fontSize=14, offset=12),
        width=_WIDTH,
        usermeta=_NO_MENU,
    )
