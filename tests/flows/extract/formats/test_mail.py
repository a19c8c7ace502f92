"""A mail's subject and text are a record; encoded words and parts are decoded strictly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flows.extract.record import ExtractedRecord, Hint

Reader = Callable[..., Any]

PLAIN = (
    b"Received: from x\r\nFrom: =?utf-8?q?Per_=C3=85s?= <per@quay.example>\r\n"
    b"Subject: =?iso-8859-1?q?Gr=F6=DFe?= matters\r\nDate: Fri, 3 May 2024 09:00:00 +0200\r\n"
    b"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\n"
    b"F\xfcr alle.\r\n\r\nZwei.\r\n"
)


def test_a_mail_is_a_record(read: Reader) -> None:
    found = read(PLAIN, "a.eml")
    assert (found.format, found.encoding) == ("mail", None)
    assert found.items == [
        ExtractedRecord(
            locator="",
            text="Größe matters\n\nFür alle.\n\nZwei.",
            title="Größe matters",
            byline="Per Ås",
            published_raw="Fri, 3 May 2024 09:00:00 +0200",
            hints=(Hint(0, 13, "title", "declared_title"),),
        )
    ]


def test_the_html_part_is_taken_where_the_plain_one_is_a_stub(read: Reader) -> None:
    data = (
        b"From: a@b.example\nSubject: S\nMessage-ID: <1>\nMIME-Version: 1.0\n"
        b'Content-Type: multipart/alternative; boundary="x"\n\n--x\nContent-Type: text/plain\n\n'
        b"View online.\n--x\nContent-Type: text/html\nContent-Transfer-Encoding: quoted-printable"
        b"\n\n<p>The bridge will close =E2=80=93 on Monday.</p><p>Really.</p>\n--x--\n"
    )
    assert read(data).records[0].text == "S\n\nThe bridge will close – on Monday.\n\nReally."


def test_a_mailbox_gives_a_record_a_message(read: Reader) -> None:
    box = b"".join(b"From x@y Fri May  3 09:00:00 2024\n" + PLAIN for _ in range(2))
    assert [r.locator for r in read(box, "box.mbox").records] == ["message 1", "message 2"]


def test_a_part_that_is_no_text_is_rejected(read: Reader) -> None:
    data = PLAIN.replace(b"iso-8859-1\r\n\r\nF\xfcr", b"utf-8\r\n\r\n\xc3\xa4\xc3\xb6\xc3\xbc\xff")
    assert read(data, "a.eml").rejected == [(None, "undecodable_bytes")]


def test_a_story_with_colons_is_no_mail(read: Reader) -> None:
    assert read(b"Subject: bridges\nFrom: the harbour\nDate: today\n\nText.\n").format == "plain"
