"""Joins title, standfirst and body of a structured record into one text with hints.

The title is then a block like any other.
"""

from __future__ import annotations

import re

from flows.extract.bytes.decode import normal_lines
from flows.extract.formats.fields import Fields
from flows.extract.html.body import Body, is_markup, read_body
from flows.extract.html.character_reference import unescaped, without_false_references
from flows.extract.html.page_body import squeezed
from flows.extract.record import ExtractedRecord, Hint, Item, Rejection, printable

_SURROGATE = re.compile("[\ud800-\udfff]")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,12});", re.IGNORECASE)


def _plain(text: str) -> str:
    """The text with its character references resolved; invalid ones are kept as written."""
    return unescaped(without_false_references(text)) if _ENTITY.search(text) else text


def story_record(
    locator: str,
    fields: Fields,
    *,
    body_kind: str | None = None,
    payload_chars: int = 500,
    text_only_reason: str | None = None,
) -> Item:
    """The record of one structured item, or why it cannot be one.

    The text is title, standfirst and body, with blank lines between them; a title or standfirst
    that the body itself begins with is not repeated. HTML is rendered. ``body_kind`` is the kind of
    the whole body if the format gives one, such as caption; ``text_only_reason`` says why only part
    of the item could be read.
    """
    if refused := _unfit(fields, locator, payload_chars):
        return refused
    body = _body(fields.body or "")
    body = body._replace(text_only_reason=text_only_reason or body.text_only_reason)
    title = one_line(fields.title)
    standfirst = _body(fields.standfirst or "").text
    return _joined(locator, fields, title, standfirst, _of_kind(body, body_kind))


def one_line(text: str | None) -> str:
    """A title as one line of plain text: markup rendered, entities resolved, spaces collapsed."""
    if not text:
        return ""
    shown = read_body(text).text if is_markup(text) else text
    return " ".join(_plain(shown).split())


def _body(text: str) -> Body:
    """The body as text, with hints where its markup gives any."""
    if not text.strip():
        return Body("", ())
    if is_markup(text):
        return read_body(text)
    return Body(normal_lines(_plain(text)).strip("\n"), ())


def _of_kind(body: Body, kind: str | None) -> Body:
    if kind is None or not body.text:
        return body
    return body._replace(hints=(Hint(0, len(body.text), kind, f"item_{kind}"),))


def _joined(locator: str, fields: Fields, title: str, standfirst: str, body: Body) -> Item:
    start = squeezed(body.text[: 4 * (len(title) + len(standfirst)) + 200])
    parts: list[tuple[str, str]] = []
    if title and not _opens(body.text, title):
        parts.append((title, "title"))
    if standfirst and not start.startswith(squeezed(standfirst)) and standfirst != title:
        parts.append((standfirst, "standfirst"))
    hints: list[Hint] = []
    text = ""
    for part, kind in parts:
        hints.append(Hint(len(text), len(text) + len(part), kind, f"declared_{kind}"))
        text += part + "\n\n"
    shift = len(text)
    text = text + body.text if body.text else text.removesuffix("\n\n")
    if title and not any(hint.kind == "title" for hint in hints) and not body.hints:
        hints.append(_first_line(text, shift))
    hints.extend(
        Hint(h.start_char + shift, h.end_char + shift, h.kind, h.rule, h.url) for h in body.hints
    )
    return ExtractedRecord(
        locator=locator, text=text, url=_clean(fields.url), title=title or None,
        standfirst=standfirst or None, byline=one_line(fields.byline) or None,
        section=one_line(fields.section) or None, published_raw=_clean(fields.published_raw),
        modified_raw=_clean(fields.modified_raw), language=_clean(fields.language),
        hints=tuple(hints), text_only_reason=body.text_only_reason,
        issued_raw=_clean(fields.issued_raw),
    )  # fmt: skip


def _opens(text: str, title: str) -> bool:
    """True where the text's first line is the title."""
    return " ".join(text.lstrip()[: len(title) + 200].partition("\n")[0].split()) == title


def _first_line(text: str, shift: int) -> Hint:
    """The hint of a title that the body itself opens with."""
    start = shift + len(text[shift:]) - len(text[shift:].lstrip())
    end = text.find("\n", start)
    return Hint(start, len(text) if end < 0 else end, "title", "declared_title")


def _clean(text: str | None) -> str | None:
    return (text or "").strip() or None


def _unfit(fields: Fields, locator: str, payload_chars: int) -> Rejection | None:
    """Why the fields make no record; None where they do."""
    # Of what stands beside the text, such characters are left out.
    texts = [text for text in (fields.title, fields.standfirst, fields.body) if text]
    whole = fields.body or fields.title or ""
    if any(_SURROGATE.search(text) for text in texts):
        return Rejection(
            locator or None, "lone_surrogate",
            "The record holds half of a surrogate pair (an escape such as \\ud83d without its "
            "other half), which is no character. Repair the export that wrote it.",
            printable(whole, payload_chars),
        )  # fmt: skip
    if any("\0" in text for text in texts):
        return Rejection(
            locator or None, "nul_character",
            "The record holds NUL characters, which no news text has. Repair the export.",
            printable(whole, payload_chars),
        )  # fmt: skip
    if not (fields.title or "").strip() and not (fields.body or "").strip():
        return Rejection(
            locator or None, "empty_text",
            "The record has neither a title nor a text under any known name. If its fields have "
            "other names, give a mapping of fields.", None,
        )  # fmt: skip
    return None
