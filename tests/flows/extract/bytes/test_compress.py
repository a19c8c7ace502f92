"""Packed files are read as what is in them; bombs, damage and depth are refused by name."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
import zstandard

Reader = Callable[..., Any]

TEXT = b"Bridge to close\n\nIt will close on Monday.\n"
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": zstandard.ZstdCompressor().compress,
}


def _zip(members: dict[str, bytes], **options: Any) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return file.getvalue()


@pytest.mark.parametrize("ending", PACKERS)
def test_a_packed_file_reads_as_its_content(read: Reader, ending: str) -> None:
    pack = PACKERS[ending]
    found = read(pack(TEXT), f"a.txt.{ending}")
    assert (found.format, found.encoding) == ("plain", "utf-8")
    assert found.items == read(TEXT).items
    twice = read(pack(TEXT[:16]) + pack(TEXT[16:]), f"a.txt.{ending}")
    assert twice.items == found.items


@pytest.mark.parametrize("ending", PACKERS)
def test_a_cut_file_is_refused(read: Reader, ending: str) -> None:
    data = PACKERS[ending](TEXT * 50)
    assert read(data[: len(data) // 2]).rejected == [(None, "damaged_archive")]


@pytest.mark.parametrize("ending", ["gz", "zst"])
def test_lines_before_the_damage_are_kept(read: Reader, ending: str) -> None:
    lines = b"".join(b'{"title": "%032x"}\n' % (n * 7919**9) for n in range(20_000))
    data = PACKERS[ending](lines)
    found = read(data[: len(data) - 100], "a.jsonl")
    assert len(found.records) > 10_000
    assert found.rejected[-1] == (None, "damaged_archive")


@pytest.mark.parametrize("ending", PACKERS)
def test_a_bomb_stops(read: Reader, ending: str) -> None:
    bomb = PACKERS[ending](bytes(64 * 2**20).replace(b"\0", b" "))
    assert read(bomb, ratio=100).rejected == [(None, "decompression_bomb")]


def test_packing_over_and_over_is_refused(read: Reader) -> None:
    data = TEXT
    for _ in range(4):
        data = gzip.compress(data)
    assert read(data).rejected == [(None, "packed_too_deep")]
    assert read(data, depth=4).items == read(TEXT).items


def test_members_of_a_zip_are_records(read: Reader) -> None:
    found = read(
        _zip(
            {
                "../../etc/passwd": TEXT,
                "b/lines.jsonl": b'{"title": "A"}\n{"title"',
                "__MACOSX/x": b"",
                "c.txt.gz": gzip.compress(TEXT),
                "d.png": b"\x89PNG",
                "empty": b"",
            }
        ),
        "a.zip",
    )
    assert (found.format, found.encoding) == ("zip", None)
    assert [r.locator for r in found.records] == [
        "member ../../etc/passwd",
        "member b/lines.jsonl, line 1",
        "member c.txt.gz",
    ]
    assert found.rejected == [
        ("member b/lines.jsonl, line 2", "invalid_json"),
        ("member d.png", "not_text"),
        ("member empty", "empty_file"),
    ]


def test_a_zip_inside_gzip_is_read(read: Reader) -> None:
    found = read(gzip.compress(_zip({"a.txt": TEXT})))
    assert [r.locator for r in found.records] == ["member a.txt"]


def test_damaged_members_cost_themselves(read: Reader) -> None:
    data = bytearray(_zip({"a.txt": TEXT * 9, "b.txt": TEXT}))
    data[40:60] = bytes(20)
    found = read(bytes(data))
    assert found.rejected == [("member a.txt", "damaged_archive")]
    assert [r.locator for r in found.records] == ["member b.txt"]
    assert read(_zip({"a": TEXT})[:-30]).rejected == [(None, "damaged_archive")]


def test_encrypted_members_office_documents_and_empty_archives(read: Reader) -> None:
    locked = bytearray(_zip({"a.txt": TEXT}))
    locked[6] |= 1
    locked[locked.rfind(b"PK\x01\x02") + 8] |= 1
    assert read(bytes(locked)).rejected == [("member a.txt", "encrypted_archive")]
    assert read(_zip({"[Content_Types].xml": b"<x/>"})).rejected == [(None, "not_text")]
    assert read(_zip({})).rejected == [(None, "empty_archive")]


def test_the_members_of_a_zip_share_one_allowance(read: Reader) -> None:
    data = _zip({str(n): TEXT * 100 for n in range(10)})
    found = read(data, file_bytes=10_000)
    assert len(found.records) == 2
    assert found.rejected == [("member 2", "file_too_large"), (None, "file_too_large")]


def test_a_member_without_a_name_is_read(read: Reader) -> None:
    found = read(_zip({"": TEXT, "a/": b"", "b.txt": TEXT}))
    assert [record.locator for record in found.records] == ["member ", "member b.txt"]
