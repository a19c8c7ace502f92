"""Reads text delivered as HTML inside another format, such as a feed, JSON or mail."""

from __future__ import annotations

import re
from typing import NamedTuple

from flows.extract.html.flat_page import read_flat
from flows.extract.html.markup_size import TooMuchMarkup
from flows.extract.html.page_hints import body_hints
from flows.extract.html.render import parse_html, render
from flows.extract.record import Hint

_MARKUP = re.compile(
    r"<(?:p|br|div|span|a|h[1-6]|ul|ol|li|strong|em|b|i|img|figure|blockquote|table|section|"
    r"article|html|body)(?:\s[^<>]{0,2000})?/?>",
    re.IGNORECASE,
)


class Body(NamedTuple):
    """Text of a body and its hints, or the reason for no hints if its markup is too large."""

    text: str
    hints: tuple[Hint, ...]
    text_only_reason: str | None = None


def is_markup(text: str) -> bool:
    """True where a delivered body is HTML rather than text."""
    return bool(_MARKUP.search(text))


def read_body(markup: str) -> Body:
    """The text of an HTML body inside another format: story but for captions and link lists."""
    try:
        rendered = render(parse_html(f"<html><body>{markup}</body></html>"))
    except TooMuchMarkup as excess:
        return Body(read_flat(markup).rendered.text, (), str(excess))
    return Body(rendered.text, tuple(body_hints(rendered)))
