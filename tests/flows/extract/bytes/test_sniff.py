"""Content decides the format, whatever the file is called."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pytest

from flows.extract import extract
from flows.extract.record import Item
from tests.flows.extract.samples import samples

Reader = Callable[..., Any]
SAMPLES = samples()
_ENDINGS = ("txt", "html", "csv", "tsv", "json", "jsonl", "xml", "rss", "eml", "md", "warc", "arc",
            "parquet", "gz", "zip", "pdf", "bin")  # fmt: skip
_ONE_LINE_OF_JSON = {"item.json", "ninjs.json"}
"""One object on one line is also a file of one line of JSON: there the name decides."""


def _read(name: str, data: bytes) -> tuple[str | None, list[Item]]:
    found = extract(name, io.BytesIO(data))
    return found.format, list(found.items)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_wrong_name_changes_nothing(name: str) -> None:
    right = _read(name, SAMPLES[name])
    for ending in _ENDINGS:
        if name in _ONE_LINE_OF_JSON and ending == "jsonl":
            continue
        if right[0] == "plain" and ending == "md":
            continue  # any text may be Markdown
        assert _read(f"wrong.{ending}", SAMPLES[name]) == right, ending


@pytest.mark.parametrize("ending", ["csv", "tsv", "eml", "jsonl", "html", "warc"])
def test_prose_under_another_name_is_prose(read: Reader, ending: str) -> None:
    text = "Bridge, road and ferry to close\n\nAll will close on Monday; nobody knows why.\n"
    found = read(text.encode(), f"a.{ending}")
    assert (found.format, found.records[0].text) == ("plain", text)


@pytest.mark.parametrize(
    "text", ["# Bridge\n\nIt closes.\n", "---\ntitle: Bridge\n---\nIt closes.\n"]
)
def test_markdown_is_known_by_its_title_or_front_matter(read: Reader, text: str) -> None:
    found = read(text.encode(), "a.txt")
    assert (found.format, found.records[0].text) == ("markdown", text)
    assert read(b"#bridge is closed\n\nAll of it.\n", "a.txt").format == "plain"


_OBJECTS = [{"title": f"Story {n}", "text": "One.\nTwo."} for n in range(3)]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(_OBJECTS),
        json.dumps(_OBJECTS, indent=2),
        "\n".join(json.dumps(item, indent=2) for item in _OBJECTS),
        "".join(json.dumps(item) for item in _OBJECTS),
        json.dumps(_OBJECTS[:1]) + "\n" + json.dumps(_OBJECTS[1:]),
        json.dumps({"articles": _OBJECTS}, indent=1),
    ],
    ids=["list", "indented list", "indented objects", "objects in a row", "lists", "envelope"],
)
@pytest.mark.parametrize("name", ["a.json", "a.jsonl", "a.txt"])
def test_json_is_read_however_it_is_laid_out(read: Reader, text: str, name: str) -> None:
    if name == "a.jsonl" and "}{" in text:
        return  # a line holds one object
    found = read(text.encode(), name)
    assert [record.title for record in found.records] == ["Story 0", "Story 1", "Story 2"]
    assert found.rejected == []
    assert [record.locator for record in found.records] == ["item 1", "item 2", "item 3"]


def test_lines_of_json_longer_than_what_is_looked_at(read: Reader) -> None:
    lines = "\n".join(json.dumps({"title": f"T{n}", "text": "word " * 20_000}) for n in range(3))
    for name in ("a.json", "a", "a.jsonl"):
        assert [record.title for record in read(lines.encode(), name).records] == ["T0", "T1", "T2"]


def test_what_follows_a_document_is_not_lost(read: Reader) -> None:
    found = read(b'[{"title": "A"}] and more', "a.json")
    assert [record.title for record in found.records] == ["A"]
    assert found.rejected == [("item 2", "invalid_json")]
    broken = read(b'{"title":\n "A"}\n{"title":\n oops}\n{"title":\n "C"}\n', "a.json")
    assert [record.title for record in broken.records] == ["A", "C"]
    assert broken.rejected == [("item 2", "invalid_json")]


def test_a_nul_costs_its_record_where_there_are_many(read: Reader) -> None:
    lines = b'{"title": "A"}\n' * 20 + b'{"title": "B\0"}\n{"title": "C"}\n'
    assert read(lines, "a.jsonl").rejected == [("line 21", "nul_character")]
    table = b"title,text\n" + b"A,One\n" * 40 + b"B,Tw\0o\nC,Three\n"
    found = read(table, "a.csv")
    assert (found.records[-1].title, found.rejected) == ("C", [("row 41", "nul_character")])


def test_a_file_of_zeros_is_no_table(read: Reader) -> None:
    assert read(b"a,b\n" + bytes(500), "a.csv").rejected == [(None, "not_text")]
