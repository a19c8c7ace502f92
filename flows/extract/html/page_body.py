"""Finds the paragraphs of a page that are its story, with trafilatura.

The only module that imports trafilatura.
"""

from __future__ import annotations

import copy

import trafilatura
from lxml import html

from flows.extract.html.page_text import Rendered

_MAX_DEPTH = 200
"""Copying and pruning recurse in C; news pages nest 20 to 60 deep."""
_LIBRARY_FAULTS = (ValueError, TypeError, AttributeError, LookupError, RecursionError)
_SHORTEST_PART = 24
"""Characters a line must have to be known as part of a longer paragraph."""
_MOST_LINES = 4_000
"""Lines of the largest page whose story is looked for; news pages have 100 to 1,000."""


def squeezed(text: str) -> str:
    """The text without white space, for comparing."""
    return "".join(text.split())


def beyond_search(rendered: Rendered) -> str | None:
    """Which bound keeps the story of a page from being looked for; None where none does."""
    if rendered.depth > _MAX_DEPTH:
        return f"{rendered.depth:,} elements inside one another; at most {_MAX_DEPTH:,}"
    if len(rendered.lines) > _MOST_LINES:
        return f"{len(rendered.lines):,} lines; at most {_MOST_LINES:,}"
    return None


def body_lines(tree: html.HtmlElement, rendered: Rendered) -> frozenset[int]:
    """Numbers of the rendered lines that belong to the story; empty where none was found.

    The page must be within the bounds that ``beyond_search`` checks.
    """
    paragraphs = _paragraphs(tree)
    whole = "\n".join(paragraphs)
    known = frozenset(paragraphs)
    found = set()
    for number, line in enumerate(rendered.lines):
        text = squeezed(rendered.text[line.start_char : line.end_char])
        if text in known or (len(text) >= _SHORTEST_PART and text in whole):
            found.add(number)
    return frozenset(found)


def _paragraphs(tree: html.HtmlElement) -> list[str]:
    """Squeezed texts of the story's elements."""
    try:
        document = trafilatura.bare_extraction(
            copy.deepcopy(tree), fast=True, include_comments=False, with_metadata=False
        )
    except _LIBRARY_FAULTS:
        # Odd markup; the page is rendered all the same and its lines judged by their shape.
        return []
    body = getattr(document, "body", None)
    if body is None:
        return []
    texts = (
        "".join(element.itertext()) for element in body.iter("p", "head", "item", "quote", "cell")
    )
    loose = (part for element in body.iter("lb") if (part := element.tail))
    return [short for text in (*texts, *loose) if (short := squeezed(text))]
