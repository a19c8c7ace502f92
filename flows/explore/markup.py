"""Builds escaped HTML. The only module that puts text of articles into markup."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from urllib.parse import urlencode

from flows.explore.figure import ENTITY_COLOURS, SEVERITY_COLOURS


@dataclass(frozen=True)
class Markup:
    """HTML that is safe to show. Made only by functions that escape what they are given."""

    html: str


STYLE = (
    """
.nh{font:15px/1.5 system-ui,sans-serif;overflow-wrap:anywhere;max-width:72rem}
.nh h1,.nh h2,.nh h3{font-weight:600;line-height:1.3}.nh h1{font-size:1.6rem;margin:0}
.nh h2{font-size:1.3rem;margin:1rem 0 .3rem}.nh h3{font-size:1.05rem;margin:1.2rem 0 .3rem}
.nh p{margin:.3rem 0}.nh .note{opacity:.78;font-size:.92em}
.nh .cards{display:flex;flex-wrap:wrap;gap:.6rem;margin:.6rem 0}
.nh .card{border:1px solid #8884;border-radius:6px;padding:.45rem .9rem;min-width:7rem}
.nh .card b{display:block;font-size:1.35rem;font-variant-numeric:tabular-nums;line-height:1.3}
.nh .card span{font-size:.85rem;opacity:.78}
.nh .wide{overflow-x:auto;margin:.5rem 0}
.nh table{border-collapse:collapse;width:100%;font-size:.88rem;margin:0}
.nh th,.nh td{text-align:left;vertical-align:top;padding:.32rem .6rem;border-bottom:1px solid #8884;
min-width:4.5rem;unicode-bidi:isolate}
.nh th{font-weight:600;overflow-wrap:normal}.nh td.n,.nh th.n{text-align:right;
font-variant-numeric:tabular-nums;white-space:nowrap}.nh td.w{min-width:13rem}
.nh td.t{white-space:nowrap}
.nh a{color:inherit;text-decoration:underline}
.nh .legend{display:flex;flex-wrap:wrap;gap:.3rem .8rem;font-size:.88rem;margin:.6rem 0}
.nh .text{border:1px solid #8884;border-radius:6px;padding:.6rem 0;margin:.6rem 0;
font:16px/1.6 Georgia,'Times New Roman',serif}
.nh .block{display:grid;grid-template-columns:7.5rem 1fr;gap:.9rem;padding:.22rem 1rem}
.nh .kind{font:12px/1.6 system-ui,sans-serif;padding-top:.25rem;text-align:right;opacity:.78}
.nh .words{white-space:pre-wrap;unicode-bidi:isolate;min-width:0}
.nh .aside .words{opacity:.68;font-size:.9em}.nh .aside{background:#8881}
.nh .title .words{font-size:1.35em;font-weight:bold;line-height:1.3}
.nh .standfirst .words{font-style:italic}.nh .subheading .words{font-weight:bold}
.nh mark{color:inherit;background:none;padding:.05em .12em;border-radius:3px;
border-bottom:2px solid}
.nh .unsettled{border-bottom-style:dotted!important}
@media(max-width:40rem){.nh .block{grid-template-columns:1fr;gap:0}.nh .kind{text-align:left}}
"""
    + "".join(
        f".nh mark.{kind}{{background:{colour}26;border-color:{colour}}}\n"
        for kind, colour in ENTITY_COLOURS.items()
    )
    + "".join(
        f".nh .{name}{{border-left:5px solid {colour};padding-left:.4rem}}\n"
        for name, colour in SEVERITY_COLOURS.items()
    )
)
"""Colours are borders and tints, so that the page reads on a light and on a dark ground."""


@dataclass(frozen=True)
class Cell:
    """One value of a table. `link` leads to a place of this page; `kind` is a class of `STYLE`."""

    value: object
    link: str | None = None
    kind: str = ""


def joined(parts: Iterable[Markup]) -> Markup:
    """The pieces one after the other."""
    return Markup("".join(part.html for part in parts))


def boxed(part: Markup) -> Markup:
    """The piece in the element that `STYLE` applies to."""
    return Markup(f"<div class=nh>{part.html}</div>")


def heading(text: str, *, level: int = 3) -> Markup:
    """A heading."""
    return Markup(f"<h{level}>{escape(text)}</h{level}>")


def note(text: str) -> Markup:
    """A line in small print."""
    return Markup(f"<p class=note>{escape(text)}</p>")


def line(*cells: Cell) -> Markup:
    """Values in one line, with a dot between them, each with its own writing direction."""
    return Markup(f"<p>{' · '.join(f'<bdi>{_inner(cell)}</bdi>' for cell in cells)}</p>")


def cards(counts: Sequence[tuple[str, object]]) -> Markup:
    """Figures, each with what it counts."""
    return Markup(
        "<div class=cards>"
        + "".join(
            f"<div class=card><b>{display_text(value)}</b><span>{escape(name)}</span></div>"
            for name, value in counts
        )
        + "</div>"
    )


def table(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Markup:
    """A table. Numbers are aligned right."""
    body = [list(row) for row in rows]
    numeric = [
        bool(body) and all(isinstance(row[n].value, int | float | None) for row in body)
        for n in range(len(head))
    ]
    titles = "".join(
        f'<th{" class=n" if is_number else ""} scope="col">{escape(name)}</th>'
        for name, is_number in zip(head, numeric, strict=True)
    )
    lines = "".join(
        "<tr>"
        + "".join(
            f'<td class="{"n" if is_number else escape(cell.kind)}">{_inner(cell)}</td>'
            for cell, is_number in zip(row, numeric, strict=True)
        )
        + "</tr>"
        for row in body
    )
    return Markup(
        f'<div class="wide"><table><thead><tr>{titles}</tr></thead>'
        f"<tbody>{lines}</tbody></table></div>"
    )


def place(section: str, **chosen: str) -> str:
    """The address of a section of this page, with what is chosen in it."""
    return "?" + urlencode({"section": section, **chosen})


def display_text(value: object) -> str:
    """A value as people read it, escaped."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.2f}"
    return escape(str(value))


def _inner(cell: Cell) -> str:
    shown = display_text(cell.value)
    return shown if cell.link is None else f'<a href="{escape(cell.link)}">{shown}</a>'
