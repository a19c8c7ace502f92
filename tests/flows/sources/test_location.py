"""What a source names is listed once, in order, unread; what is not news is left out."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import duckdb
import pytest

from flows.sources.location import (
    Listed,
    PlaceError,
    address,
    collection_of,
    is_whole,
    list_files,
    open_file,
)
from tests.conftest import Load


def _write(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"four")
        os.utime(path, ns=(0, 1_700_000_000_123_456_789))


def _paths(source: str | Path) -> list[str]:
    return [listed.relative_path for listed in list_files(str(source))]


def test_a_folder_is_listed_in_order_with_size_and_time(tmp_path: Path) -> None:
    _write(tmp_path, "b.txt", "a/z.txt", "a.txt")
    assert list(list_files(str(tmp_path))) == [
        Listed(f"{tmp_path}/a.txt", "a.txt", 4, 1_700_000_000_123_456),
        Listed(f"{tmp_path}/a/z.txt", "a/z.txt", 4, 1_700_000_000_123_456),
        Listed(f"{tmp_path}/b.txt", "b.txt", 4, 1_700_000_000_123_456),
    ]


def test_hidden_files_locks_and_warehouses_are_left_out(tmp_path: Path) -> None:
    _write(
        tmp_path,
        "news.txt",
        ".hidden",
        ".git/config",
        "news.duckdb",
        "news.duckdb.wal",
        "news.duckdb.lock",
        "news.duckdb.d/journal/run.parquet",
        "upload.lock",
        "~$draft.txt",
    )
    assert _paths(tmp_path) == ["news.txt"]


def test_a_link_to_its_own_folder_is_met_once(tmp_path: Path) -> None:
    _write(tmp_path, "a/news.txt")
    (tmp_path / "a" / "again").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "self").symlink_to("self")
    (tmp_path / "broken").symlink_to("nowhere")
    assert _paths(tmp_path) == ["a/news.txt"]


def test_a_pipe_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert _paths(tmp_path) == []


def test_a_single_file_is_known_by_its_name(tmp_path: Path) -> None:
    _write(tmp_path, "one.txt", "two.txt")
    assert _paths(tmp_path / "one.txt") == ["one.txt"]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("*.txt", ["a.txt"]),
        ("**/*.txt", ["a.txt", "d/b.txt", "d/e/c.txt"]),
        ("d/**", ["b.txt", "e/c.txt", "e/x.html"]),
        ("*/b.???", ["d/b.txt"]),
        ("[xyz]*", []),
    ],
)
def test_a_glob_stays_in_its_folders(tmp_path: Path, pattern: str, found: list[str]) -> None:
    _write(tmp_path, "a.txt", "d/b.txt", "d/e/c.txt", "d/e/x.html")
    assert _paths(f"{tmp_path}/{pattern}") == found


def test_a_file_whose_name_looks_like_a_glob_is_itself(tmp_path: Path) -> None:
    _write(tmp_path, "a[1].txt", "a1.txt")
    assert _paths(tmp_path / "a[1].txt") == ["a[1].txt"]


def test_a_name_that_is_not_utf8_has_an_address_that_opens(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.txt")
    _write(tmp_path, name)
    (listed,) = list_files(str(tmp_path))
    assert listed.source_uri == f"file://{tmp_path}/caf%E9.txt"
    with open_file(listed.source_uri) as stream:
        assert stream.read() == b"four"


def test_a_missing_source_is_an_error_and_not_an_empty_listing(tmp_path: Path) -> None:
    with pytest.raises(PlaceError, match="Name a file, a folder, a glob or a bucket"):
        list(list_files(str(tmp_path / "nowhere")))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every folder")
def test_a_folder_that_may_not_be_read_is_an_error(tmp_path: Path) -> None:
    _write(tmp_path, "closed/a.txt")
    (tmp_path / "closed").chmod(0)
    try:
        with pytest.raises(PlaceError, match="cannot be listed"):
            list(list_files(str(tmp_path)))
    finally:
        (tmp_path / "closed").chmod(0o700)


def _too_deep(root: Path) -> None:
    """Folders inside one another until the innermost one's path is longer than systems take."""
    here = os.open(root, os.O_RDONLY)
    for _ in range(30):
        os.mkdir("d" * 200, dir_fd=here)
        inner = os.open("d" * 200, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)


@pytest.mark.slow
def test_a_folder_whose_path_is_too_long_costs_no_other_file(tmp_path: Path, load: Load) -> None:
    """Nothing is taken for gone while it cannot be listed."""
    source, warehouse = tmp_path / "in", tmp_path / "news.duckdb"
    source.mkdir()
    for name in ("oslo", "rome"):
        (source / f"{name}.txt").write_text(f"Ferry returns to {name}\n\nIt sailed on Monday.\n")
    load(source, warehouse)
    (source / "rome.txt").unlink()
    (source / "riga.txt").write_text("Tram returns to Riga\n\nIt ran again on Monday.\n")
    _too_deep(source)

    summary = load(source, warehouse)

    assert (summary.files["loaded"], summary.files["removed"]) == (1, 0)
    rows = "select rule, status, split_part(message, ',', 1) from ops.quarantine"
    with duckdb.connect(str(warehouse), read_only=True) as con:
        assert con.execute(rows).fetchall() == [
            ("unlistable_folder", "open", "The folder cannot be listed (File name too long)")
        ]
    assert load(source, warehouse).status == "nothing_new"
    other = tmp_path / "i"  # a folder whose name the first one's begins with
    other.mkdir()
    (other / "bern.txt").write_text("Bus returns to Bern\n\nIt ran again on Monday.\n")
    load(other, warehouse)
    with duckdb.connect(str(warehouse), read_only=True) as con:
        assert con.execute("select status from ops.quarantine").fetchall() == [("open",)]

    subprocess.run(["rm", "-r", str(source / ("d" * 200))], check=True)
    assert load(source, warehouse).files["removed"] == 1
    with duckdb.connect(str(warehouse), read_only=True) as con:
        assert con.execute("select status from ops.quarantine").fetchall() == [("replayed",)]


def test_collection_and_wholeness_follow_from_the_source(tmp_path: Path) -> None:
    _write(tmp_path, "a.txt")
    assert collection_of(str(tmp_path)) == str(tmp_path)
    assert collection_of(f"{tmp_path}/a.txt") == str(tmp_path)
    assert collection_of(f"{tmp_path}/*.txt") == str(tmp_path)
    assert collection_of("s3://bucket/2024/*.txt") == "s3://bucket/2024"
    assert collection_of("s3://bucket/2024/") == "s3://bucket/2024"
    assert [is_whole(str(tmp_path)), is_whole(f"{tmp_path}/a.txt"), is_whole(f"{tmp_path}/*")] == [
        True, False, False,
    ]  # fmt: skip
    assert [is_whole("s3://bucket"), is_whole("s3://bucket/*.txt")] == [True, False]
    assert address(f"{tmp_path}/./a.txt") == f"{tmp_path}/a.txt"


def test_memory_addresses_go_through_fsspec() -> None:
    import fsspec

    system = fsspec.filesystem("memory")
    for name in ("/place/b.txt", "/place/a/c.txt", "/place/.hidden"):
        with system.open(name, "wb") as stream:
            stream.write(b"four")
    listed = list(list_files("memory://place"))
    assert [(f.source_uri, f.relative_path, f.byte_count) for f in listed] == [
        ("memory://place/a/c.txt", "a/c.txt", 4),
        ("memory://place/b.txt", "b.txt", 4),
    ]
    with open_file(listed[0].source_uri) as stream:
        assert stream.read() == b"four"
    with pytest.raises(PlaceError, match="does not exist"):
        list(list_files("memory://nowhere"))
