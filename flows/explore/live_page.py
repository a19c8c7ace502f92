"""The sections and input fields of the page as marimo elements.

The warehouse is opened for each query and closed afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import marimo as mo

from flows.explore import chosen, corpus, section
from flows.explore.figure import Bars, Columns
from flows.explore.live_chart import live_chart
from flows.explore.markup import STYLE, boxed, note
from flows.explore.section import Part
from flows.settings import Settings
from warehouse.connect import open_reader
from warehouse.layout import WarehouseError

Answer = TypeVar("Answer")
Ask = Callable[[duckdb.DuckDBPyConnection], Answer]

SECTIONS = ("Overview", "Outlets", "Entities", "Articles", "Quality", "Quarantine")
EVERY_OUTLET = "every outlet"
_MOST_OUTLETS = 500
_TYPING_MS = 400
"""How long after the last key press the warehouse is queried."""


def asked(warehouse: Path, ask: Ask[Answer]) -> Answer:
    """The answer to a query of the current warehouse file.

    A connection kept open would keep purged text on the disk and hide later publications.
    """
    with closing(open_reader(warehouse)) as con:
        return ask(con)


def shown(warehouse: Path, ask: Ask[list[Part]]) -> mo.Html:
    """A section, or one line that says why it cannot be shown."""
    try:
        parts = asked(warehouse, ask)
    except (WarehouseError, duckdb.Error) as problem:
        parts = [note(str(problem).partition("\n")[0])]
    return mo.vstack([_shown(part) for part in parts])


def titled(warehouse: Path) -> mo.Html:
    """The head of the page, and the rules that all its markup relies on."""
    head = shown(warehouse, partial(section.title, name=warehouse.name))
    return mo.vstack([mo.Html(f"<style>{STYLE}</style>"), head])


def tabs(query: Mapping[str, Any]) -> Any:
    """The sections to choose from; the address may name the one to begin with."""
    wanted = str(query.get("section", "")).capitalize()
    first = wanted if wanted in SECTIONS else SECTIONS[0]
    return mo.ui.tabs(dict.fromkeys(SECTIONS, ""), value=first)


def words(label: str, hint: str) -> Any:
    """A box to search in."""
    return mo.ui.text(label=label, placeholder=hint, full_width=True, debounce=_TYPING_MS)


def outlet_pick(warehouse: Path, query: Mapping[str, Any]) -> Any:
    """The outlets to choose from."""
    rows = _or_nothing(warehouse, partial(corpus.by_outlet, most=_MOST_OUTLETS))
    names = [] if rows is None else rows["source_id"].to_list()
    first = query.get("outlet")
    return mo.ui.dropdown(
        [EVERY_OUTLET, *names], value=first if first in names else EVERY_OUTLET, label="Outlet",
        allow_select_none=False,
    )  # fmt: skip


def entity_pick(warehouse: Path, wanted: str, query: Mapping[str, Any]) -> Any:
    """The entities to choose from, the one the address names first."""
    known = None if wanted else query.get("entity")
    ask = partial(chosen.entity_choices, words=wanted, known=known)
    return _pick("Entity", _or_nothing(warehouse, ask))


def article_pick(warehouse: Path, wanted: str, outlet: str, query: Mapping[str, Any]) -> Any:
    """The articles to choose from, the one the address names first."""
    source_id = None if outlet == EVERY_OUTLET else outlet
    known = None if wanted else query.get("article")
    ask = partial(chosen.article_choices, words=wanted, source_id=source_id, known=known)
    return _pick("Article", _or_nothing(warehouse, ask))


def _pick(name: str, choices: chosen.Choices | None) -> Any:
    ids = {} if choices is None else choices.ids
    fitting = 0 if choices is None else choices.fitting_count
    label = f"{name} ({len(ids):,} of {fitting:,} shown)" if fitting > len(ids) else name
    if not ids:
        label = f"{name} (no match)"
    return mo.ui.dropdown(ids, value=next(iter(ids), None), label=label, full_width=True)


def _or_nothing(warehouse: Path, ask: Ask[Answer]) -> Answer | None:
    """The answer, or None if the warehouse cannot be read; the head of the page says why."""
    try:
        return asked(warehouse, ask)
    except (WarehouseError, duckdb.Error):
        return None


def _shown(part: Part) -> mo.Html:
    if isinstance(part, Columns | Bars):
        return mo.as_html(live_chart(part))
    return mo.Html(boxed(part).html)


def served_warehouse(request: Any) -> Path:
    """The warehouse that `newshouse explore` names with each request; else the settings'."""
    named = None if request is None else request.meta.get("warehouse")
    return Settings().warehouse if named is None else Path(named)
