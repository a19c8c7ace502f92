"""`rebuild` and `replay-quarantine` as flows: what they do and how they end."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.ingest import preload_of_caller
from flows.rebuild import rebuild
from flows.replay_quarantine import replay_quarantine
from flows.session.preload import Preload
from tests.conftest import SEEDS, Load
from tests.prefect_server import prefect_server

pytestmark = [pytest.mark.server, pytest.mark.slow]


@pytest.fixture(scope="module")
def server() -> Iterator[None]:
    with prefect_server():
        yield


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory, load: Load) -> Path:
    """One article, and one file that was withheld and has been mended since."""
    home = tmp_path_factory.mktemp("upkeep")
    folder, warehouse = home / "in", home / "news.duckdb"
    folder.mkdir()
    shutil.copy(SEEDS / "harbourwire_lake_basin_water.txt", folder)
    (folder / "fetched.txt").write_bytes(b"")
    load(folder, warehouse)
    shutil.copy(SEEDS / "harbourwire_grain_outlook.txt", folder / "fetched.txt")
    return warehouse


def test_a_replay_reads_mended_files_again(server: None, warehouse: Path, preload: Preload) -> None:
    preload_of_caller.set(preload)
    wrong = replay_quarantine(warehouse, ids=["zzzz"], return_state=True)
    assert wrong.is_failed()
    assert "No open row begins with zzzz" in str(wrong.message)
    done = replay_quarantine(warehouse, return_state=True)
    assert (done.name, done.message) == ("Completed", "1 rows read again; 0 open now")
    again = replay_quarantine(warehouse, return_state=True)
    assert (again.name, again.message) == ("Nothing open", "no quarantine row is open")


def test_a_rebuild_says_what_it_wrote(server: None, warehouse: Path) -> None:
    unchanged = rebuild(warehouse, only_changed=True, return_state=True)
    assert (unchanged.name, unchanged.message) == ("Nothing new", "nothing new")
    whole = rebuild(warehouse, return_state=True)
    assert whole.is_completed()
    assert str(whole.message).startswith("published: ")


def test_a_rebuild_without_a_warehouse_fails_with_a_line(server: None, tmp_path: Path) -> None:
    failed = rebuild(tmp_path / "none.duckdb", return_state=True)
    assert failed.is_failed()
    assert "there is no warehouse to rebuild" in str(failed.message)
