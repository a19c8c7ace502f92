"""Distinguishes lines of JSON, one JSON document, and text that only begins with a bracket."""

from __future__ import annotations

import json
import re

_DOCUMENT = re.compile(r'\{\s*["}]|\[\s*[\[{"\]0-9-]')


def is_lines(start: str, promised: str | None) -> bool:
    """Whether the first line is an object and others follow, or the file's name promises them."""
    if not start.startswith("{"):
        return False
    line, end, rest = start.partition("\n")
    is_promised = promised == "jsonl"
    if (rest.strip() or is_promised) and _is_json(line):
        return True
    # No line ends within the head of the file; indented JSON ends its first line early.
    return is_promised and not (end and line.rstrip()[-1] in "{[,:")


def is_document(start: str, promised: str | None) -> bool:
    """Whether text that is not lines of JSON is a document of JSON."""
    if start[:1] not in ("{", "["):
        return False
    return promised in ("json", "jsonl") or ('"' in start and bool(_DOCUMENT.match(start)))


def _is_json(line: str) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True
