"""HTML pages, and XML that is no news, which is refused."""

from __future__ import annotations

import re
from typing import NoReturn

from flows.extract.format import FieldPaths, TextFormat
from flows.extract.html.page import read_page
from flows.extract.record import Limits, Refused, printable

_HTML_TAGS = frozenset(
    ("html", "head", "body", "title", "meta", "link", "script", "style", "div", "p", "span", "a",
     "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "table", "article", "section", "main",
     "header", "footer", "nav", "aside", "br", "img", "figure", "blockquote", "em", "strong", "b",
     "i", "center", "font")
)  # fmt: skip
_DOCTYPE = re.compile(r"<!doctype\s+html", re.IGNORECASE)
_ROOT = re.compile(r"<(?:([a-z_][\w.-]{0,60}):)?([a-z_][\w.-]{0,60})[\s/>]", re.IGNORECASE)


def _begins_as_page(start: str, _promised: str | None) -> bool:
    return xml_root(start) in _HTML_TAGS or bool(_DOCTYPE.match(start))


def is_xml(start: str) -> bool:
    """Whether text is XML: it says so, or its first element is closed."""
    root = xml_root(start)
    is_declared = start[:5].lower() == "<?xml"
    return is_declared or (root is not None and f"</{root}" in start.lower())


def xml_root(start: str) -> str | None:
    """The local name of the first element, lower case; comments and declarations are passed."""
    if not start.startswith("<"):
        return None
    position = 0
    while position < len(start):
        position = start.find("<", position)
        if position < 0:
            return None
        if start.startswith("<!--", position):
            end = start.find("-->", position)
        elif start.startswith("<?", position):
            end = start.find("?>", position)
        elif start.startswith("<!", position):
            end = _doctype_end(start, position)
        else:
            found = _ROOT.match(start, position)
            return found[2].lower() if found else None
        if end < 0:
            return None
        position = end + 1
    return None


def _doctype_end(start: str, position: int) -> int:
    end = start.find(">", position)
    subset = start.find("[", position)
    if 0 <= subset < end:
        closed = start.find("]", subset)
        return start.find(">", closed) if closed >= 0 else -1
    return end


def _refuse(text: str, limits: Limits, _paths: FieldPaths) -> NoReturn:
    raise Refused(
        "unknown_format",
        "This is XML of a kind that is not news (not RSS, Atom, RDF, NewsML-G2 or NITF).",
        printable(text, limits.payload_chars),
    )


FORMATS = (
    TextFormat(
        name="html",
        begins=_begins_as_page,
        endings=(".html", ".htm", ".xhtml"),
        fits=lambda start: start.startswith("<"),
        nul_share=1.0,  # NUL and other control characters are left out, as browsers do
        read=lambda text, limits, _: [read_page(text, limits)],
    ),
)

OTHER_XML = TextFormat(name="xml", read=_refuse)
