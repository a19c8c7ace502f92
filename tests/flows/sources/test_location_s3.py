"""A bucket is listed by its listing alone and opened like a folder, on a server on loopback."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from flows.sources.location import PlaceError, list_files, open_file
from tests.bucket import keys_heard
from tests.conftest import Load

pytestmark = pytest.mark.slow


def _put(bucket: Any, *names: str) -> None:
    for name in names:
        bucket.put_object(Bucket="news", Key=name, Body=f"text of {name}".encode())


def test_a_bucket_is_a_folder(bucket: Any) -> None:
    _put(bucket, "a/2.txt", "a/1.txt", "a/.hidden", "a/b/3.html", "other/4.txt", "a/news.duckdb")
    listed = list(list_files("s3://news/a"))
    assert [(f.source_uri, f.relative_path, f.byte_count) for f in listed] == [
        ("s3://news/a/1.txt", "1.txt", 15),
        ("s3://news/a/2.txt", "2.txt", 15),
        ("s3://news/a/b/3.html", "b/3.html", 18),
    ]
    assert all((f.modified_at_us or 0) > 1_600_000_000_000_000 for f in listed)
    with open_file(listed[0].source_uri) as stream:
        assert stream.read() == b"text of a/1.txt"
        stream.seek(5)
        assert stream.read(2) == b"of"


def test_globs_and_single_objects(bucket: Any) -> None:
    _put(bucket, "g/1.txt", "g/2.html", "g/d/3.txt")
    assert [f.relative_path for f in list_files("s3://news/g/*.txt")] == ["1.txt"]
    assert [f.relative_path for f in list_files("s3://news/g/**/*.txt")] == ["1.txt", "d/3.txt"]
    assert [f.relative_path for f in list_files("s3://news/g/2.html")] == ["2.html"]


def test_what_is_new_is_seen_at_once(bucket: Any) -> None:
    _put(bucket, "n/1.txt")
    assert len(list(list_files("s3://news/n"))) == 1
    _put(bucket, "n/2.txt")
    assert len(list(list_files("s3://news/n"))) == 2


def test_a_missing_bucket_is_an_error_and_a_vanished_object_too(bucket: Any) -> None:
    with pytest.raises(PlaceError, match="s3://nowhere"):
        list(list_files("s3://nowhere"))
    with pytest.raises(OSError, match="gone"):
        open_file("s3://news/gone.txt")


def test_thousands_of_objects_are_listed_without_opening_one(
    bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from moto.backends import get_backend

    store = get_backend("s3")["123456789012"]["aws"]
    for number in range(2500):
        store.put_object("news", f"many/{number:04}.txt", b"text")
    opened = keys_heard(monkeypatch, "get_object")
    listed = list(list_files("s3://news/many"))
    assert (len(listed), opened) == (2500, [])
    open_file(listed[7].source_uri).read()
    assert set(opened) == {"many/0007.txt"}


def test_paths_stay_local(tmp_path: Path) -> None:
    (tmp_path / "s3:").mkdir()
    assert list(list_files(str(tmp_path / "s3:"))) == []


def test_a_whole_run_from_a_bucket(bucket: Any, tmp_path: Path, load: Load) -> None:
    """Loaded, unchanged, revised and removed, as from a folder."""
    story = "Ferry returns\n\nThe ferry sailed again on Monday after a month of repairs.\n"
    for name, body in (("run/a.txt", story), ("run/d/b.txt", story.replace("ferry", "tram"))):
        bucket.put_object(Bucket="news", Key=name, Body=body.encode())
    bucket.put_object(Bucket="news", Key="run/bad.txt", Body=b"")
    warehouse = tmp_path / "news.duckdb"

    def outcomes() -> dict[str, int]:
        return {n: count for n, count in load("s3://news/run", warehouse).files.items() if count}

    assert outcomes() == {"loaded": 2, "quarantined": 1}
    assert outcomes() == {"unchanged": 3}
    bucket.put_object(Bucket="news", Key="run/a.txt", Body=story.replace("Monday", "May").encode())
    bucket.delete_object(Bucket="news", Key="run/d/b.txt")
    assert outcomes() == {"revised": 1, "unchanged": 1, "removed": 1}
    with duckdb.connect(str(warehouse), read_only=True) as con:
        found = con.execute(
            "select source_uri, version_no, removed_at is null from article order by 1"
        ).fetchall()
    assert found == [("s3://news/run/a.txt", 2, True), ("s3://news/run/d/b.txt", 1, False)]
