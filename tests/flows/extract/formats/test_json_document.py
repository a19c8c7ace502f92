"""JSON gives one record an object, whatever its fields are called; what is broken costs itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from flows.extract.record import ExtractedRecord, Hint

Reader = Callable[..., Any]


def _lines(*objects: Any) -> bytes:
    return "\n".join(json.dumps(o, ensure_ascii=False) for o in objects).encode()


def test_title_standfirst_and_body_are_one_text(read: Reader) -> None:
    found = read(
        _lines(
            {
                "headline": "Bridge to  close",
                "summary": "Cracks were found.",
                "articleBody": "First.\r\nSecond.",
                "url": "https://quay.example/1",
                "author": {"name": "Ida Holm"},
                "category": ["City", "Roads"],
                "datePublished": "2024-05-03",
                "dateModified": 1714730000,
                "language": "en",
            },
            {"title": "T"},
        )
    )
    assert (found.format, found.encoding) == ("jsonl", "utf-8")
    assert found.items == [
        ExtractedRecord(
            locator="line 1",
            text="Bridge to close\n\nCracks were found.\n\nFirst.\nSecond.",
            url="https://quay.example/1",
            title="Bridge to close",
            standfirst="Cracks were found.",
            byline="Ida Holm",
            section="City, Roads",
            published_raw="2024-05-03",
            modified_raw="1714730000",
            language="en",
            hints=(
                Hint(0, 15, "title", "declared_title"),
                Hint(17, 35, "standfirst", "declared_standfirst"),
            ),
        ),
        ExtractedRecord("line 2", "T", title="T", hints=(Hint(0, 1, "title", "declared_title"),)),
    ]


@pytest.mark.parametrize(
    "item",
    [
        {"title": "T", "text": "Body."},
        {"Title": "T", "Full_Text": "Body."},
        {"name": "T", "maintext": "Body."},
        {"title": {"rendered": "T"}, "content": {"rendered": "Body."}},
        {"article": {"headline": "T", "body": "Body."}},
        {"headline": "T", "body": ["Body."]},
        {"headline": "T", "body": [{"type": "paragraph", "text": "Body."}]},
        {"title": "T", "description": "Body."},
        {"title": "T", "text": None, "content_text": "Body.", "summary": "Body."},
        {"title": "T", "text": "Body.", "image": {"url": "https://x.example/i.jpg", "name": "no"}},
    ],
)
def test_fields_are_known_by_the_names_people_use(read: Reader, item: Any) -> None:
    record = read(json.dumps(item).encode(), "a.json").records[0]
    assert (record.title, record.text, record.url) == ("T", "T\n\nBody.", None)


def test_a_body_that_opens_with_its_title_says_it_once(read: Reader) -> None:
    found = read(_lines({"title": "Bridge to close", "text": "Bridge to close\n\nIt will close."}))
    assert found.records[0].text == "Bridge to close\n\nIt will close."
    assert found.hinted == [("title", "Bridge to close")]


def test_markup_in_a_body_is_rendered(read: Reader) -> None:
    body = "<p>One &amp; two.</p><h2>Sub</h2><ul><li>Item</li></ul>"
    found = read(_lines({"title": "A &amp; B <i>c</i>", "body_html": body}))
    assert found.records[0].text == "A & B c\n\nOne & two.\n\nSub\n\nItem"
    assert found.hinted == [("title", "A & B c"), ("subheading", "Sub"), ("list_item", "Item")]


def test_a_body_in_parts_is_set_in_paragraphs(read: Reader) -> None:
    found = read(_lines({"title": "T", "body": ["One.", {"text": "Two."}], "authors": ["A", "B"]}))
    assert (found.records[0].text, found.records[0].byline) == ("T\n\nOne.\n\nTwo.", "A, B")


def test_links_after_a_body_are_not_its_story(read: Reader) -> None:
    body = (
        '<p>One.</p><p>Read more</p><ul><li><a href="https://q.example/2">Ferry timetable changes '
        "in June</a></li></ul>"
    )
    found = read(_lines({"title": "T", "content_html": body}))
    assert found.hinted == [
        ("title", "T"),
        ("related_heading", "Read more"),
        ("related_link", "Ferry timetable changes in June"),
    ]
    assert found.records[0].hints[-1].url == "https://q.example/2"


def test_a_mapping_names_fields_of_other_names(read: Reader) -> None:
    item = {"kop": "T", "inhoud": {"tekst": "Body."}, "title": "wrong"}
    mapping = {"title": "kop", "body": "inhoud.tekst"}
    found = read(json.dumps(item).encode(), "a.json", mapping=mapping)
    assert found.records[0].text == "T\n\nBody."


def test_lists_and_envelopes_give_an_item_each(read: Reader) -> None:
    items = [{"title": "A"}, {"title": "B", "text": 'with "[brackets]}" and \\ in it'}]
    for document in (items, {"status": "ok", "articles": items}, {"data": {"items": items}}):
        found = read(json.dumps(document).encode(), "a.json")
        assert (found.format, [r.locator for r in found.records]) == ("json", ["item 1", "item 2"])


def test_one_bad_line_costs_one_line(read: Reader) -> None:
    good = '{"title": "Größe"}'.encode()
    data = b"\n".join(
        [good, b'{"title": "T"', b"[1]", b'{"title": "\xff"}', b"", b'{"x": 1}', b"[" * 9999, good]
    )
    found = read(data, "a.jsonl")
    assert [record.locator for record in found.records] == ["line 1", "line 8"]
    assert found.rejected == [
        ("line 2", "invalid_json"),
        ("line 3", "not_a_record"),
        ("line 4", "undecodable_bytes"),
        ("line 6", "empty_text"),
        ("line 7", "invalid_json"),
    ]


def test_the_message_names_the_place_where_json_breaks(read: Reader) -> None:
    (rejection,) = read(b'{"title": "T', "a.json").items
    assert rejection.message == (
        "This is not valid JSON: Unterminated string at line 1, column 11. If it was cut off, "
        "fetch it again."
    )


def test_half_surrogates_and_nul_are_rejected(read: Reader) -> None:
    data = b'{"title": "a\\ud83d"}\n{"title": "a\\u0000b"}\n{"title": "\\ud83d\\ude00"}'
    found = read(data, "a.jsonl")
    assert found.rejected == [("line 1", "lone_surrogate"), ("line 2", "nul_character")]
    assert found.records[0].text == "\U0001f600"


def test_a_line_beyond_the_limit_is_passed_over(read: Reader) -> None:
    data = b'{"title": "' + b"x" * 600_000 + b'"}\n{"title": "short"}\n'
    found = read(data, "a.jsonl", record_bytes=100_000)
    assert found.rejected == [("line 1", "record_too_large")]
    assert found.records[0].locator == "line 2"


def test_a_cut_list_gives_what_came_before(read: Reader) -> None:
    found = read(b'[{"title": "A"}, {"title": "B"}, {"title": "C', "a.json")
    assert [record.title for record in found.records] == ["A", "B"]
    assert found.rejected == [("item 3", "invalid_json")]


def test_wide_lines_are_read(read: Reader) -> None:
    found = read('{"title": "Ä"}\n{"title": "Ö"}\n'.encode("utf-16"), "a.jsonl")
    assert found.encoding == "utf-16-le"
    assert [record.title for record in found.records] == ["Ä", "Ö"]


def test_too_many_records_stop_the_file_and_keep_what_came(read: Reader) -> None:
    found = read(b'{"title": "T"}\n' * 5, "a.jsonl", record_count=3)
    assert (len(found.records), found.rejected) == (3, [(None, "too_many_records")])


def test_items_of_an_odata_envelope_are_records(read: Reader) -> None:
    envelope = b'{"_type": "News", "value": [{"name": "Weir broken", "description": "Again."}]}'
    assert [r.text for r in read(envelope, "a.json").records] == ["Weir broken\n\nAgain."]


def test_several_objects_in_one_line_are_records(read: Reader) -> None:
    lines = (
        b'{"title": "A"}\r{"title": "B"}\r\n{"title": "C"} {"title": "D"} {"tit\n{"title": "E"}\n'
    )
    found = read(lines, "a.jsonl")
    assert [(record.locator, record.text) for record in found.records] == [
        ("line 1, item 1", "A"),
        ("line 1, item 2", "B"),
        ("line 2, item 1", "C"),
        ("line 2, item 2", "D"),
        ("line 3", "E"),
    ]
    assert found.rejected == [("line 2, item 3", "invalid_json")]
