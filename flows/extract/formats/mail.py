"""Reads mail (EML, and mbox with several messages): subject, sender, date and the text part."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from email.header import decode_header
from email.message import Message

from flows.extract.bytes.decode import decode
from flows.extract.format import ByteFormat
from flows.extract.formats.fields import Fields
from flows.extract.formats.structured_text import story_record
from flows.extract.html.body import read_body
from flows.extract.record import Item, Limits, Refused, Rejection, printable

_LIBRARY_FAULTS = (ValueError, TypeError, AttributeError, LookupError, RecursionError,
                   AssertionError)  # fmt: skip
_HEADER_CHARS = 20_000
"""Longest header decoded; a subject has 100. Decoding encoded words takes quadratic time."""
_MBOX_LINE = re.compile(rb"^From \S.*\d{4}\r?\n", re.MULTILINE)
_HEADER_LINE = re.compile(r"([A-Za-z][A-Za-z0-9-]{1,40}):[ \t]?\S?")
_HEADER_NAMES = frozenset(
    ("from", "to", "subject", "date", "message-id", "mime-version", "received", "return-path",
     "content-type", "cc", "reply-to", "delivered-to", "sender", "dkim-signature", "list-id",
     "content-transfer-encoding", "x-mailer")
)  # fmt: skip
_ONLY_IN_MAIL = frozenset({"message-id", "mime-version", "received", "return-path", "delivered-to"})


def read_mail(data: bytes, limits: Limits) -> Iterator[Item]:
    """One record per message."""
    starts = [found.start() for found in _MBOX_LINE.finditer(data)]
    if not starts or starts[0]:
        yield _message(data, "", limits)
        return
    for number, (start, end) in enumerate(zip(starts, [*starts[1:], len(data)], strict=True), 1):
        yield _message(data[start:end].partition(b"\n")[2], f"message {number}", limits)


def _message(data: bytes, locator: str, limits: Limits) -> Item:
    try:
        message = email.message_from_bytes(data, policy=email.policy.compat32)
        fields = Fields(
            title=_header(message, "subject"), body=_text(message),
            byline=_sender(_header(message, "from")), published_raw=_header(message, "date"),
            language=_header(message, "content-language"), guid=_header(message, "message-id"),
        )  # fmt: skip
    except Refused as refused:
        return refused.rejection(locator or None)
    except _LIBRARY_FAULTS as error:
        return Rejection(
            locator or None, "unreadable_mail",
            f"The mail's headers or parts are malformed ({type(error).__name__}).",
            printable(data, limits.payload_chars),
        )  # fmt: skip
    return story_record(locator, fields, payload_chars=limits.payload_chars)


def _header(message: Message, name: str) -> str | None:
    """A header as text, its encoded words decoded strictly."""
    raw = next((str(value) for key, value in message.raw_items() if key.lower() == name), None)
    if raw is None:
        return None
    unfolded = " ".join(raw.split())
    if len(unfolded) > _HEADER_CHARS:
        raise Refused(
            "unreadable_mail",
            f"The header {name} has {len(unfolded):,} characters; at most {_HEADER_CHARS:,} are "
            "read. Check that the file is a mail.",
            printable(unfolded, 500),
        )
    if any("\udc80" <= char <= "\udcff" for char in unfolded):
        return decode(unfolded.encode("utf-8", "surrogateescape")).text
    parts = decode_header(unfolded)
    text = "".join(
        part if isinstance(part, str) else decode(part, charset).text for part, charset in parts
    )
    return text.strip() or None


def _sender(sender: str | None) -> str | None:
    """The name before the address, or the address."""
    if sender is None:
        return None
    name = sender.partition("<")[0].strip(" \"'")
    return name or sender.strip(" <>")


def _text(message: Message) -> str | None:
    """The plain part, unless it is a stub beside the HTML part."""
    plain = html = ""
    for part in message.walk():
        kind = part.get_content_type()
        if part.is_multipart() or part.get_content_disposition() == "attachment":
            continue
        if kind == "text/plain" and not plain:
            plain = _part_text(part)
        elif kind == "text/html" and not html:
            html = _part_text(part)
    if html.strip() and len(plain.split()) * 2 < len(read_body(html).text.split()):
        return html
    return plain


def _part_text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    return decode(payload, part.get_content_charset()).text


def _begins_as_mail(start: str, _promised: str | None) -> bool:
    """True where the text opens with mail headers, one of which no news text has."""
    names = set()
    lines = start[:8192].removeprefix(">").splitlines()
    if lines and lines[0].startswith("From "):
        lines = lines[1:]
    for line in lines:
        if line[:1] in (" ", "\t"):
            continue
        found = _HEADER_LINE.match(line)
        if not found:
            break
        names.add(found[1].lower())
    return len(names & _HEADER_NAMES) >= 3 and bool(names & _ONLY_IN_MAIL)


FORMATS = (
    ByteFormat(
        name="mail",
        begins=_begins_as_mail,
        endings=(".eml",),
        fits=lambda start: bool(_HEADER_LINE.match(start)),
        read=lambda stream, limits, _: read_mail(stream.read_whole(limits.record_bytes), limits),
    ),
)
