"""Remote places that do not answer: temporary errors are distinguished from permanent ones."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from pathlib import Path

import fsspec
import pytest

from flows.ingest import ingest_source
from flows.session.preload import Preload
from flows.settings import Settings
from flows.sources.location import PlaceError, PlaceUnreachable, list_files, open_file
from flows.sources.network import may_pass
from flows.workers.exchange import clear
from tests.bucket import fresh_connections

NOBODY = "http://127.0.0.1:9"


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An S3 endpoint where nobody listens; the discard port of loopback."""
    values = {
        "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "y", "AWS_ENDPOINT_URL": NOBODY,
        "AWS_DEFAULT_REGION": "us-east-1", "AWS_MAX_ATTEMPTS": "1",
    }  # fmt: skip
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    with fresh_connections():
        yield


@pytest.mark.parametrize(
    "reach",
    [
        lambda: list(list_files("s3://nowhere/in")),
        lambda: open_file("s3://nowhere/in/a.txt"),
        lambda: list(list_files(f"{NOBODY}/a.txt")),
        lambda: open_file(f"{NOBODY}/a.txt"),
    ],
    ids=["list s3", "open s3", "list http", "open http"],
)
def test_no_network_is_one_line(no_network: None, reach: Callable[[], object]) -> None:
    with pytest.raises(PlaceUnreachable, match=r"does not answer .* Check the network"):
        reach()


def test_a_run_without_network_publishes_nothing(
    no_network: None, preload: Preload, tmp_path: Path
) -> None:
    warehouse = tmp_path / "news.duckdb"
    with pytest.raises(PlaceUnreachable):
        ingest_source(Settings(source="s3://nowhere/in", warehouse=warehouse), preload=preload)
    assert not warehouse.exists()


def test_what_cannot_be_tidied_is_left(no_network: None) -> None:
    clear("s3://nowhere/shared")
    clear("no-such-scheme://x")


def test_a_name_is_no_pattern(tmp_path: Path) -> None:
    memory = fsspec.filesystem("memory")
    for name in ("/t/a*/r/1", "/t/ab/r/1"):
        memory.pipe_file(name, b"")
    clear("memory://t/a*/r")
    assert memory.find("/t") == ["/t/ab/r/1"]
    memory.rm("/t", recursive=True)


def test_what_is_missing_or_forbidden_will_not_pass() -> None:
    assert not may_pass(FileNotFoundError(errno.ENOENT, "no such key"))
    assert not may_pass(PermissionError(errno.EACCES, "forbidden"))
    assert not may_pass(ValueError("no bucket name"))
    assert may_pass(TimeoutError())
    assert may_pass(ConnectionResetError())
    assert may_pass(OSError(errno.EIO, "slow down"))


def test_the_cause_counts() -> None:
    problem = PlaceError("not found")
    problem.__cause__ = ConnectionRefusedError()
    assert may_pass(problem)
