"""Whole runs killed, starved or fed damaged files: the old state is published or the new one."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from expectations.check import CheckError
from flows.session.check_process import check_staged
from rigs.crash.deliveries import deliver
from rigs.crash.prepared_process import Order, PreparedProcess
from rigs.crash.rounds import kill_many, leftovers, tables

pytestmark = pytest.mark.slow

SEED = int(os.environ.get("NEWSHOUSE_CRASH_SEED", "20260301"))
KILLS = int(os.environ.get("NEWSHOUSE_CRASH_KILLS", "10"))


def test_killed_at_random_instants(tmp_path: Path) -> None:
    report = kill_many(tmp_path, kills=KILLS, real_kills=0, seed=SEED, kills_a_delivery=4)

    assert report.problems == []
    assert report.kills.total() >= KILLS
    assert report.reads > 0


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PreparedProcess]:
    with PreparedProcess(tmp_path_factory.mktemp("prepared")) as made:
        yield made


def test_paragraphs_of_a_killed_run_are_not_read_again(
    prepared: PreparedProcess, tmp_path: Path
) -> None:
    source, warehouse = tmp_path / "delivered", tmp_path / "here" / "news.duckdb"
    deliver(source, 0)
    undisturbed = prepared.run(Order(str(source), str(tmp_path / "other" / "news.duckdb"))).result

    assert prepared.run(Order(str(source), str(warehouse), stage="mentions")).code == -9
    restarted = prepared.run(Order(str(source), str(warehouse))).result

    assert undisturbed["read"] > 0
    assert (restarted["read"], restarted["reused"]) == (0, undisturbed["read"])


@pytest.mark.parametrize(
    ("damage", "error", "words"),
    [
        ("sentence_unreadable_at_checks", "ComputeError", "parquet"),
        ("block_unreadable_at_links", "ComputeError", "parquet"),
        ("mention_unreadable_at_publish", "PublishError", "unchanged"),
        ("no_memory_at_publish", "PublishError", "unchanged"),
    ],
)
def test_damage_says_so_and_changes_nothing(
    damage: str, error: str, words: str, prepared: PreparedProcess, tmp_path: Path
) -> None:
    source, warehouse = tmp_path / "delivered", tmp_path / "here" / "news.duckdb"
    deliver(source, 0)
    assert prepared.run(Order(str(source), str(warehouse))).code == 0
    before = warehouse.read_bytes()
    deliver(source, 1)

    outcome = prepared.run(Order(str(source), str(warehouse), damage=damage))

    assert (outcome.code, outcome.result["error"]) == (1, error), outcome.result["trace"]
    assert words in outcome.result["message"]
    assert len(outcome.result["message"].splitlines()) == 1
    assert warehouse.read_bytes() == before
    assert prepared.run(Order(str(source), str(warehouse))).result["status"] == "published"
    assert leftovers(warehouse) == []
    assert tables(warehouse)["article"].height > 8


def mount(folder: Path, kilobytes: int, *, again: bool = False) -> None:
    """A disk of that size in memory; skips the test where this user may not mount one."""
    options = f"{'remount,' if again else ''}size={kilobytes}k"
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], check=False,
        capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        pytest.skip(f"no small disk to fill: {done.stderr.strip()}")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    yield folder
    if os.path.ismount(folder):
        subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize(("kilobytes", "error"), [(60, "NoRoom"), (2000, "PublishError")])
def test_a_full_disk(
    kilobytes: int, error: str, prepared: PreparedProcess, tmp_path: Path, small_disk: Path
) -> None:
    source, warehouse = tmp_path / "delivered", small_disk / "news.duckdb"
    deliver(source, 0)
    mount(small_disk, kilobytes)

    outcome = prepared.run(Order(str(source), str(warehouse)))

    assert (outcome.code, outcome.result["error"]) == (1, error), outcome.result
    assert not warehouse.exists()
    mount(small_disk, 64_000, again=True)
    assert prepared.run(Order(str(source), str(warehouse))).result["status"] == "published"
    assert leftovers(warehouse) == []


def test_no_memory_for_the_checks(prepared: PreparedProcess, tmp_path: Path) -> None:
    source, warehouse = tmp_path / "delivered", tmp_path / "here" / "news.duckdb"
    deliver(source, 0)
    assert prepared.run(Order(str(source), str(warehouse))).code == 0
    before = warehouse.read_bytes()
    deliver(source, 1)

    outcome = prepared.run(Order(str(source), str(warehouse), damage="no_memory_at_checks"))

    assert outcome.code != 0, "an error, or the abort of a library that cannot raise one"
    assert warehouse.read_bytes() == before
    assert prepared.run(Order(str(source), str(warehouse))).result["status"] == "published"
    assert leftovers(warehouse) == []


def test_staged_rows_that_cannot_be_checked(tmp_path: Path) -> None:
    (tmp_path / "sentence").mkdir()
    (tmp_path / "sentence" / "part.parquet").write_bytes(b"PAR1 and no more")

    with pytest.raises(CheckError, match=r"could not be checked .*Nothing was published"):
        check_staged(tmp_path, tmp_path / "news.duckdb", "20260301T000000Z-000000")
