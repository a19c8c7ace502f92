"""A static copy of the page: one HTML file without scripts that needs no server and no internet."""

from __future__ import annotations

import os
from contextlib import closing
from datetime import datetime
from html import escape
from pathlib import Path
from tempfile import NamedTemporaryFile

import duckdb

from flows.explore import chosen, health_section, section
from flows.explore.figure import Bars, Columns
from flows.explore.markup import STYLE, Markup, boxed, note
from flows.explore.section import Part
from flows.explore.still_chart import still_chart
from warehouse.connect import open_reader

ENTITIES_COPIED = 12
ARTICLES_COPIED = 20

_PAGE_STYLE = """
body{margin:0 auto;max-width:76rem;padding:1rem 1.2rem 4rem;background:#fff;color:#1b1b1b}
nav{font:15px/2 system-ui,sans-serif;position:sticky;top:0;background:inherit;
border-bottom:1px solid #8884;z-index:1}nav a{margin-right:1rem;color:inherit}
section{scroll-margin-top:3rem}
section>h2{font:600 1.5rem/1.3 system-ui,sans-serif;margin-top:2.4rem}
figure{margin:1rem 0;overflow-x:auto}figcaption{font:13px/1.6 system-ui,sans-serif}
figcaption span{margin-right:.9rem;white-space:nowrap}svg{max-width:100%;height:auto}
figcaption svg{vertical-align:-1px}
details{border:1px solid #8884;border-radius:6px;padding:.4rem .9rem;margin:.5rem 0}
summary{cursor:pointer;font:600 15px/1.6 system-ui,sans-serif;overflow-wrap:anywhere;
unicode-bidi:isolate}
@media(prefers-color-scheme:dark){body{background:#17181a;color:#e9e9e9}}
@media print{nav{display:none}}
"""


def write_still_page(warehouse: Path, to: Path, *, now: datetime) -> None:
    """Write the copy, whole or not at all. Raises WarehouseError, or OSError for the place."""
    with closing(open_reader(warehouse)) as con:
        html = still_page(con, name=warehouse.name, now=now)
    with NamedTemporaryFile(
        "w", encoding="utf-8", dir=to.parent, prefix=f".{to.name}.", delete=False
    ) as draft:
        try:
            draft.write(html)
            draft.flush()
            os.fchmod(draft.fileno(), 0o644)
            Path(draft.name).replace(to)
        except OSError:
            Path(draft.name).unlink(missing_ok=True)
            raise


def still_page(con: duckdb.DuckDBPyConnection, *, name: str, now: datetime) -> str:
    """The page as one HTML text."""
    sections = {
        "Overview": section.overview(con),
        "Outlets": section.outlets(con, linked=False),
        "Entities": _folded(_entities(con)),
        "Articles": _folded(_articles(con)),
        "Quality": health_section.quality(con),
        "Quarantine": health_section.quarantine(con),
    }
    head = [
        *section.title(con, name=name),
        note(
            f"A static copy of {now:%d %B %Y %H:%M} UTC. It has the {ENTITIES_COPIED} entities in "
            f"most stories and the {ARTICLES_COPIED} newest articles, and no search; all of them "
            "are in: newshouse explore"
        ),
    ]
    links = "".join(f'<a href="#{title.lower()}">{title}</a>' for title in sections)
    body = "".join(
        f'<section id="{title.lower()}"><h2>{title}</h2>{_drawn(parts)}</section>'
        for title, parts in sections.items()
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>newshouse: {escape(name)}</title><style>{_PAGE_STYLE}{STYLE}</style></head><body>"
        f"<header>{_drawn(head)}</header><nav>{links}</nav>{body}</body></html>\n"
    )


def _entities(con: duckdb.DuckDBPyConnection) -> dict[str, list[Part]]:
    choices = chosen.entity_choices(con, "", None).ids
    return {
        label: chosen.entity(con, entity_id, linked=False)
        for label, entity_id in list(choices.items())[:ENTITIES_COPIED]
    }


def _articles(con: duckdb.DuckDBPyConnection) -> dict[str, list[Part]]:
    choices = chosen.article_choices(con, "", None, None).ids
    return {
        label: chosen.article(con, article_id, linked=False)
        for label, article_id in list(choices.items())[:ARTICLES_COPIED]
    }


def _folded(items: dict[str, list[Part]]) -> list[Part]:
    """Each under its label, the first unfolded."""
    if not items:
        return section.nothing_yet()
    return [
        Markup(
            f"<details{'' if number else ' open'}><summary>{escape(label)}</summary>"
            f"{_drawn(parts)}</details>"
        )
        for number, (label, parts) in enumerate(items.items())
    ]


def _drawn(parts: list[Part]) -> str:
    return "".join(_one(part).html for part in parts)


def _one(part: Part) -> Markup:
    return still_chart(part) if isinstance(part, Columns | Bars) else boxed(part)
