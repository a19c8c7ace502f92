"""Detects mail, tables and Markdown by the shape of their first lines.

The format that a file's name suggests counts only if the lines do not contradict it.
"""

from __future__ import annotations

import re

from flows.extract.formats.fields import KNOWN_NAMES

_MAIL_HEADER = re.compile(r"([A-Za-z][A-Za-z0-9-]{1,40}):[ \t]?\S?")
_MAIL_NAMES = frozenset(
    ("from", "to", "subject", "date", "message-id", "mime-version", "received", "return-path",
     "content-type", "cc", "reply-to", "delivered-to", "sender", "dkim-signature", "list-id",
     "content-transfer-encoding", "x-mailer")
)  # fmt: skip
_MAIL_MARKS = frozenset({"message-id", "mime-version", "received", "return-path", "delivered-to"})
_MARKDOWN_TITLE = re.compile(r"#{1,2} {1,3}\S.{0,300}(?:\n\s*\n|$)")
_FRONT_MATTER = re.compile(r"---\n[A-Za-z][\w -]{0,40}:.{0,2000}\n(?:.{0,2000}\n){0,100}?---\n")
_BLANK_LINE = re.compile(r"[ \t\r]*\n\s*\S")
_SEPARATOR_LINE = re.compile(r"sep=.\r?\n")
_DELIMITERS = (("\t", "tsv"), (",", "csv"), (";", "csv"), ("|", "csv"))


def by_lines(start: str, promised: str | None) -> str | None:
    """Mail, a table or Markdown; None for any other text.

    ``promised`` is the format the name suggests. Prose in a file named as a table or mail is prose.
    """
    if _is_mail(start):
        return "mail"
    table = _table(start)
    if table or (promised in ("csv", "tsv") and _may_be_table(start)):
        return table or promised
    if promised == "mail" and _MAIL_HEADER.match(start):
        return promised
    if promised == "markdown" or _FRONT_MATTER.match(start) or _MARKDOWN_TITLE.match(start):
        return "markdown"
    return None


def _table(start: str) -> str | None:
    """The table format if the first line is a header row with usual field names."""
    if _SEPARATOR_LINE.match(start):
        return "csv"
    line, _, rest = start.partition("\n")
    if _BLANK_LINE.match(rest):
        return None
    for delimiter, table in _DELIMITERS:
        cells = {cell.strip(" \"'\r").lower() for cell in line[:2000].split(delimiter)}
        if len(cells & KNOWN_NAMES) >= 2 and _is_header(cells):
            return table
    return None


def _may_be_table(start: str) -> bool:
    """True unless the first line is one cell of no known name, or a blank line follows it."""
    line, _, rest = start.partition("\n")
    if line.strip(" \"'\r").lower() in KNOWN_NAMES:
        return True
    return not _BLANK_LINE.match(rest) and any(delimiter in line for delimiter, _ in _DELIMITERS)


def _is_header(cells: set[str]) -> bool:
    """True where all cells look like names of fields."""
    return all(re.fullmatch(r"[\w .:/-]{0,40}", cell) for cell in cells)


def _is_mail(start: str) -> bool:
    """True where the text opens with mail headers, one of which no news text has."""
    names = set()
    lines = start[:8192].removeprefix(">").splitlines()
    if lines and lines[0].startswith("From "):
        lines = lines[1:]
    for line in lines:
        if line[:1] in (" ", "\t"):
            continue
        found = _MAIL_HEADER.match(line)
        if not found:
            break
        names.add(found[1].lower())
    return len(names & _MAIL_NAMES) >= 3 and bool(names & _MAIL_MARKS)
