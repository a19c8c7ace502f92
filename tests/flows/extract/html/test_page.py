"""A page is rendered whole, and every line whose kind is known says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from flows.extract.record import ExtractedRecord, Hint

Reader = Callable[..., Any]

PARAGRAPHS = (
    "The harbour bridge will close to lorries from Monday, the port authority said on Friday.",
    "Engineers found cracks in two of its eleven piers during an inspection in spring.",
    "“We would rather be slow than sorry,” said the harbour master, who asked for patience.",
    "The repairs are expected to take until the end of October and to cost nine million crowns.",
)
PAGE = f"""<!DOCTYPE html>
<html lang="en-GB"><head><meta charset="utf-8"><title>Bridge to close | The Quay</title>
<link rel="canonical" href="https://quay.example/news/bridge-to-close">
<meta property="og:description" content="Cracks were found in two piers of the harbour bridge.">
<script type="application/ld+json">{{"@type": "NewsArticle", "headline": "Bridge to close",
"datePublished": "2024-05-03T09:00:00+02:00", "author":
[{{"name": "Ida Holm"}}, {{"name": "Per Lund"}}],
"articleSection": "City"}}</script><style>p {{ color: red }}</style></head>
<body><nav><ul><li><a href="/">Home</a></li><li><a href="/city">City</a></li></ul></nav>
<main><article><h1>Bridge to close</h1>
<p class="lead">Cracks were found in two piers of the harbour bridge.</p>
<p>{PARAGRAPHS[0]}</p><figure><img src="b.jpg"><figcaption>The bridge at dawn. Photo: Per Lund
</figcaption></figure><p>{PARAGRAPHS[1]}</p><h2>Slow and sorry</h2><p>{PARAGRAPHS[2]}</p>
<p>{PARAGRAPHS[3]}</p></article>
<aside><h3>More on this</h3><ul><li>
<a href="/news/ferry">Ferry timetable changes from June</a></li>
<li><a href="https://other.example/x">Tunnel plans are shelved once again</a></li></ul></aside>
</main>
<div hidden>Never shown.</div><p style="display:none">Nor this.</p>
<noscript>Enable scripts.</noscript>
<footer>© The Quay 2024</footer></body></html>"""


def test_a_page_gives_text_metadata_and_kinds(read: Reader) -> None:
    found = read(PAGE.encode(), "page.html")
    assert (found.format, found.encoding) == ("html", "utf-8")
    record = found.records[0]
    assert record.text == "\n\n".join(
        [
            "Home\nCity",
            "Bridge to close",
            "Cracks were found in two piers of the harbour bridge.",
            PARAGRAPHS[0],
            "The bridge at dawn. Photo: Per Lund",
            PARAGRAPHS[1],
            "Slow and sorry",
            PARAGRAPHS[2],
            PARAGRAPHS[3],
            "More on this",
            "Ferry timetable changes from June\nTunnel plans are shelved once again",
            "© The Quay 2024",
        ]
    )
    assert found.hinted == [
        ("navigation", "Home"),
        ("navigation", "City"),
        ("title", "Bridge to close"),
        ("standfirst", "Cracks were found in two piers of the harbour bridge."),
        ("paragraph", PARAGRAPHS[0]),
        ("caption", "The bridge at dawn. Photo: Per Lund"),
        ("paragraph", PARAGRAPHS[1]),
        ("subheading", "Slow and sorry"),
        ("paragraph", PARAGRAPHS[2]),
        ("paragraph", PARAGRAPHS[3]),
        ("related_heading", "More on this"),
        ("related_link", "Ferry timetable changes from June"),
        ("related_link", "Tunnel plans are shelved once again"),
        ("navigation", "© The Quay 2024"),
    ]
    assert [hint.url for hint in record.hints if hint.url] == [
        "https://quay.example/news/ferry",
        "https://other.example/x",
    ]
    declared = {k: v for k, v in vars(record).items() if k not in ("text", "hints", "locator")}
    assert declared == {
        "mojibake": None,
        "issued_raw": None,
        "text_only_reason": None,
        "url": "https://quay.example/news/bridge-to-close",
        "title": "Bridge to close",
        "standfirst": "Cracks were found in two piers of the harbour bridge.",
        "byline": "Ida Holm, Per Lund",
        "section": "City",
        "published_raw": "2024-05-03T09:00:00+02:00",
        "modified_raw": None,
        "language": "en-GB",
    }


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<p>one<p>two", "one\n\ntwo"),
        ("a<br>b<br><br>c", "a\nb\n\nc"),
        ("<div>a</div><div>b <b>c</b>d</div>", "a\nb cd"),
        ("<ul><li>x</li><li>y<ul><li>z</ul></ul>after", "x\ny\n\nz\n\nafter"),
        ("<table><tr><th>h<td>1<tr><td>i<td>2</table>", "h\t1\ni\t2"),
        ("<pre>a\n  b\n\nc</pre>", "a\nb\n\nc"),
        ("a<!-- no -->b&nbsp;&amp;&#8212;c", "ab\u00a0&—c"),
        ("<p> \n a \t b </p>", "a b"),
        ("<select><option>1</select>x<script>y</script>", "x"),
    ],
)
def test_markup_becomes_the_text_people_see(read: Reader, body: str, text: str) -> None:
    assert read(f"<html><body>{body}</body></html>".encode()).records[0].text == text


def test_a_declared_charset_is_obeyed(read: Reader) -> None:
    page = (
        '<html><head><meta charset="iso-8859-7"></head><body><p>Η γέφυρα κλείνει</p></body></html>'
    )
    found = read(page.encode("iso-8859-7"))
    assert (found.encoding, found.records[0].text) == ("iso8859-7", "Η γέφυρα κλείνει")


def test_a_page_without_text_is_rejected(read: Reader) -> None:
    page = b"<html><body><script>app.start()</script></body></html>"
    assert read(page).rejected == [(None, "empty_text")]


def test_a_deep_page_is_read_and_says_why_its_parts_are_not_distinguished(read: Reader) -> None:
    assert read(b"<html><body>" + b"<div>" * 100_000 + b"x").items == [
        ExtractedRecord(
            locator="", text="x", text_only_reason="more than 2,048 elements inside one another"
        )
    ]
    assert read(b"<html><body>" + b"<div>" * 1000 + b"x").items == [
        ExtractedRecord(
            locator="", text="x", text_only_reason="1,002 elements inside one another; at most 200"
        )
    ]


def test_a_page_beyond_the_bounds_keeps_title_and_declarations(read: Reader) -> None:
    excess = "<p " + " ".join(f"a{n}" for n in range(20_000)) + ">Odd.</p></body>"
    record = read(PAGE.replace("</body>", excess).encode()).records[0]
    whole = read(PAGE.encode()).records[0]
    assert record.text_only_reason == "a tag of 20,000 attributes; at most 500"
    assert set(whole.text.split("\n")) < set(record.text.split("\n"))
    assert record.text.endswith("\n\nOdd.")
    assert [(h.kind, h.rule) for h in record.hints] == [("title", "html_title")]
    same = ("url", "title", "standfirst", "byline", "section", "published_raw", "language")
    assert {n: getattr(record, n) for n in same} == {n: getattr(whole, n) for n in same}


def test_what_looks_like_tags_inside_scripts_and_comments_is_not_counted(read: Reader) -> None:
    words = " ".join(f"a{n}" for n in range(20_000))
    hidden = (
        f"<script>if (a<b {words}>c) d()</script><style><x {words}></style><!-- <y {words}> -->"
    )
    record = read(PAGE.replace("</body>", hidden + "</body>").encode()).records[0]
    assert record == read(PAGE.encode()).records[0]


def test_a_page_that_scripts_fill_gives_what_it_declares_of_its_article(read: Reader) -> None:
    page = b"""<html><head><title>Bridge to close</title><meta property="og:type" content="article">
    <meta name="description" content="Cracks were found."></head><body><script>f()</script>"""
    record = read(page).records[0]
    assert record.text == "Bridge to close\n\nCracks were found."
    assert record.text_only_reason is not None
    body = page.replace(
        b"</head>",
        b'<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Bridge to close"'
        b', "articleBody": "The bridge closes on Friday."}</script></head>',
    )
    assert read(body).records[0].text.endswith("\n\nThe bridge closes on Friday.")


def test_a_page_inside_a_form_still_has_its_title(read: Reader) -> None:
    found = read(PAGE.replace("<body>", "<body><form action='.'>").encode(), "page.html")
    assert ("title", "Bridge to close") in found.hinted
    assert ("paragraph", PARAGRAPHS[0]) in found.hinted


def test_a_large_page_is_rendered_without_kinds_of_paragraphs(read: Reader) -> None:
    found = read(PAGE.encode(), "page.html", markup_bytes=10)
    assert found.records[0].text == read(PAGE.encode()).records[0].text
    assert "paragraph" not in {kind for kind, _ in found.hinted}
    assert found.records[0].text_only_reason is not None
    assert "characters of markup; at most 10" in found.records[0].text_only_reason
    assert Hint(11, 26, "title", "html_title") in found.records[0].hints


def test_stray_control_characters_are_left_out_of_a_page(read: Reader) -> None:
    assert read(b"<html><body><p>O\0ne.</p>" + b"\0" * 100).records[0].text == "One."


def test_half_a_surrogate_in_the_metadata_of_a_page_costs_that_field_alone(read: Reader) -> None:
    wrong = PAGE.replace('"Ida Holm"', '"Ida \\ud800Holm"').replace('"City"', '"\\udfff"')
    found = read(wrong.encode(), "page.html")
    (record,) = found.records
    assert record.byline == "Ida Holm, Per Lund"
    assert record.section is None
    assert found.rejected == []


def test_a_page_in_utf_8_that_says_it_is_utf_16_is_read_as_utf_8(read: Reader) -> None:
    """As HTML has it: who can read the declaration reads bytes that are not UTF-16."""
    found = read(PAGE.replace('"utf-8"', '"utf-16"').encode(), "page.html")
    assert (found.format, found.encoding) == ("html", "utf-8")
    assert "“We would rather be slow than sorry,”" in found.records[0].text
