"""Publishing killed, starved of space or refused access: the old state or the new one, no third."""

from __future__ import annotations

import errno
import multiprocessing
import os
import random
import resource
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest

from tests.warehouse.made_up import START, MadeUp, add_run, hex16, made_up_run, run_id_of
from tests.warehouse.test_publish import whole
from warehouse import journal
from warehouse.connect import open_reader
from warehouse.layout import layout_of
from warehouse.publish import PublishError, publish

ARTICLES = {f"article {number}": 1 for number in range(6)}
STEPS = ("copy", "article", "mention", "check", "marts", "commit", "search index", "checkpoint",
         "sync", "snapshot", "rename", "sync folder", "clean")  # fmt: skip
SEED = int(os.environ.get("NEWSHOUSE_CRASH_SEED", "20260301"))
KILLS = int(os.environ.get("NEWSHOUSE_CRASH_KILLS", "8"))

Tables = dict[str, pl.DataFrame]


def second_run() -> MadeUp:
    return made_up_run(2, {"article 3": 2, "new one": 1} | {f"more {n}": 1 for n in range(6)})


def journal_of_a_run_between(warehouse: Path) -> None:
    between = MadeUp(run_id_of(1)[:-1] + "f")
    add_run(between, START, status="nothing_new")
    journal.write(warehouse, between.run_id, between.frames())


def lay_out(folder: Path) -> tuple[Path, Path]:
    """A warehouse of a few articles, a journal and a second run's staging; both paths."""
    folder.mkdir()
    warehouse = folder / "news.duckdb"
    publish(made_up_run(1, ARTICLES).write(layout_of(warehouse).staging), warehouse)
    journal_of_a_run_between(warehouse)
    return warehouse, second_run().write(layout_of(warehouse).staging)


def copied(scene: Path, folder: Path) -> tuple[Path, Path]:
    """The same in a folder of its own."""
    shutil.copytree(scene, folder)
    warehouse = folder / "news.duckdb"
    return warehouse, layout_of(warehouse).run_staging(run_id_of(2))


def publish_and_die(staging: Path, warehouse: Path, step: str) -> None:
    def die(reached: str) -> None:
        if reached == step:
            os.kill(os.getpid(), signal.SIGKILL)

    publish(staging, warehouse, announce=die)


def in_a_child(work: Callable[..., object], *arguments: object, kill_after: float = 60) -> int:
    """Run the work in a process of its own, kill it after so many seconds; its exit code."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.warehouse.test_crash"])
    child = context.Process(target=work, args=arguments)
    child.start()
    child.join(kill_after)
    if child.is_alive():
        child.kill()
        child.join()
    code = child.exitcode
    assert code is not None
    return code


def same(left: Tables, right: Tables) -> bool:
    return all(left[name].equals(right[name]) for name in left)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that ``copied`` copies."""
    warehouse, _ = lay_out(tmp_path_factory.mktemp("scene") / "here")
    return warehouse.parent


@pytest.fixture(scope="module")
def states(scene: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Tables, Tables]:
    """Every table before and after an undisturbed publication."""
    warehouse, staging = copied(scene, tmp_path_factory.mktemp("undisturbed") / "here")
    before = whole(warehouse)
    publish(staging, warehouse)
    return before, whole(warehouse)


def leftovers(warehouse: Path) -> list[str]:
    layout = layout_of(warehouse)
    found = [*warehouse.parent.iterdir(), *layout.folder.rglob("*")]
    mine = [p for p in found if p.is_file() and layout.staging not in p.parents]
    return sorted(str(p.relative_to(warehouse.parent)) for p in mine)


def finish_and_compare(warehouse: Path, staging: Path, states: tuple[Tables, Tables]) -> None:
    before, after = states
    now = whole(warehouse)
    assert same(now, before) or same(now, after)

    publish(staging, warehouse)

    assert same(whole(warehouse), after)
    snapshots = [p for p in leftovers(warehouse) if "snapshots" in p]
    assert leftovers(warehouse) == ["news.duckdb", *snapshots]
    assert all(p.endswith(".duckdb") for p in snapshots)


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_a_step(
    step: str, tmp_path: Path, scene: Path, states: tuple[Tables, Tables]
) -> None:
    warehouse, staging = copied(scene, tmp_path / "here")

    assert in_a_child(publish_and_die, staging, warehouse, step) == -signal.SIGKILL

    finish_and_compare(warehouse, staging, states)


@pytest.fixture
def reader_errors() -> Iterator[tuple[Callable[[Path], None], list[str]]]:
    """A reader that opens a warehouse over and over and notes what is wrong with it."""
    errors: list[str] = []
    stopped = threading.Event()
    threads: list[threading.Thread] = []

    def read(warehouse: Path) -> None:
        while not stopped.is_set():
            con = open_reader(warehouse)
            row = con.execute(
                "SELECT (SELECT count(*) FROM article), (SELECT count(*) FROM ops.run), "
                "(SELECT count(DISTINCT article_id) FROM sentence), "
                "(SELECT count(*) FROM article a, ops.run r WHERE a.run_id = r.run_id)"
            ).fetchone()
            con.close()
            if row not in ((6, 1, 6, 6), (13, 3, 13, 13)):
                errors.append(f"saw {row}")

    def start(warehouse: Path) -> None:
        threads.append(threading.Thread(target=read, args=(warehouse,)))
        threads[-1].start()

    yield start, errors
    stopped.set()
    for thread in threads:
        thread.join()


@pytest.mark.slow
def test_killed_at_random_instants(
    tmp_path: Path,
    scene: Path,
    states: tuple[Tables, Tables],
    reader_errors: tuple[Callable[[Path], None], list[str]],
) -> None:
    chance = random.Random(SEED)
    start_reader, errors = reader_errors
    warehouse, staging = copied(scene, tmp_path / "timed")
    began = time.monotonic()
    assert in_a_child(publish, staging, warehouse) == 0
    longest = time.monotonic() - began

    killed = 0
    for number in range(KILLS):
        warehouse, staging = copied(scene, tmp_path / str(number))
        if number == 0:
            start_reader(warehouse)
        code = in_a_child(publish, staging, warehouse, kill_after=chance.uniform(0.1, 1) * longest)
        killed += code == -signal.SIGKILL
        finish_and_compare(warehouse, staging, states)

    assert errors == []
    assert killed > KILLS // 3


def publish_with_little_room(staging: Path, warehouse: Path, byte_count: int) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (byte_count, byte_count))
    try:
        publish(staging, warehouse)
    except PublishError as error:
        if "unchanged" in str(error):
            os._exit(7)
        raise


def publish_as_nobody(staging: Path, warehouse: Path) -> None:
    if os.getuid() == 0:
        os.setgid(65534)
        os.setuid(65534)
    try:
        publish(staging, warehouse)
    except PublishError as error:
        if os.strerror(errno.EACCES) in str(error):
            os._exit(7)
        raise


@pytest.mark.parametrize("share", [0.1, 0.9, 1.02])
def test_no_room_for_the_new_file(
    share: float, tmp_path: Path, scene: Path, states: tuple[Tables, Tables]
) -> None:
    warehouse, staging = copied(scene, tmp_path / "here")
    before = warehouse.read_bytes()

    assert in_a_child(publish_with_little_room, staging, warehouse, int(share * len(before))) == 7

    assert warehouse.read_bytes() == before
    assert not layout_of(warehouse).next.exists()
    finish_and_compare(warehouse, staging, states)


def test_a_folder_that_may_not_be_written(
    tmp_path: Path, scene: Path, states: tuple[Tables, Tables]
) -> None:
    warehouse, staging = copied(scene, tmp_path / "here")
    before = warehouse.read_bytes()
    for folder in (tmp_path, *tmp_path.parents):
        if folder == tmp_path or folder.name.startswith("pytest-"):
            folder.chmod(0o755)
    for folder in (tmp_path.parent, tmp_path.parent.parent):
        folder.chmod(folder.stat().st_mode | 0o011)  # pytest closes its folders to other users
    for folder in (warehouse.parent, layout_of(warehouse).folder):
        folder.chmod(0o555)

    assert in_a_child(publish_as_nobody, staging, warehouse) == 7

    for folder in (warehouse.parent, layout_of(warehouse).folder):
        folder.chmod(0o755)
    assert warehouse.read_bytes() == before
    assert hex16("new one") not in whole(warehouse)["article"]["article_id"].to_list()
    finish_and_compare(warehouse, staging, states)
