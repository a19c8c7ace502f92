from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from warehouse.layout import WarehouseError, layout_of
from warehouse.lock import Holder, WarehouseLocked, current_holder, warehouse_lock

ME = Holder(os.getpid(), "press.example", "2026-03-01T06:00:00Z", "brave-otter")

HOLD = """
import sys, time
from pathlib import Path
from warehouse.lock import Holder, warehouse_lock
with warehouse_lock(Path(sys.argv[1]), Holder(4711, "elsewhere.example", "2026-03-01T06:00:00Z")):
    print("held", flush=True)
    time.sleep(60)
"""


def hold_in_another_process(warehouse: Path) -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(warehouse)], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "held\n"
    return child


def test_a_second_run_names_who_holds_the_lock(tmp_path: Path) -> None:
    warehouse = tmp_path / "news.duckdb"

    with (
        warehouse_lock(warehouse, ME),
        pytest.raises(WarehouseLocked) as raised,
        warehouse_lock(warehouse, ME),
    ):
        pass

    assert raised.value.holder == ME
    assert str(raised.value) == (
        f"{warehouse} is being written by process {os.getpid()} on press.example since "
        "2026-03-01T06:00:00Z, flow run brave-otter. Try again later, or wait."
    )


def test_the_lock_is_free_again_after_its_block_and_its_file_stays(tmp_path: Path) -> None:
    warehouse = tmp_path / "news.duckdb"
    with warehouse_lock(warehouse, ME):
        assert current_holder(warehouse) == ME
    with warehouse_lock(warehouse, ME):
        pass
    assert current_holder(warehouse) is None
    assert layout_of(warehouse).lock.exists()


def test_the_lock_of_a_killed_holder_is_free_at_once(tmp_path: Path) -> None:
    warehouse = tmp_path / "news.duckdb"
    child = hold_in_another_process(warehouse)
    with (
        pytest.raises(WarehouseLocked, match="process 4711 on elsewhere"),
        warehouse_lock(warehouse, ME),
    ):
        pass

    child.send_signal(signal.SIGKILL)
    child.wait()

    with warehouse_lock(warehouse, ME):
        pass


def test_waiting_ends_when_the_holder_does_and_gives_up_in_time(tmp_path: Path) -> None:
    warehouse = tmp_path / "news.duckdb"
    child = hold_in_another_process(warehouse)
    began = time.monotonic()
    with pytest.raises(WarehouseLocked), warehouse_lock(warehouse, ME, wait=0.3):
        pass
    assert 0.3 <= time.monotonic() - began < 5

    subprocess.Popen(["/bin/sh", "-c", f"sleep 0.5; kill -9 {child.pid}"]).wait()
    child.wait()
    with warehouse_lock(warehouse, ME, wait=True):
        pass


def test_a_forked_worker_that_outlives_its_run_does_not_keep_the_lock(tmp_path: Path) -> None:
    warehouse = tmp_path / "news.duckdb"
    script = (
        "import os, sys, time\nfrom pathlib import Path\n"
        "from warehouse.lock import Holder, warehouse_lock\n"
        "with warehouse_lock(Path(sys.argv[1]), Holder(1, 'a', 'b')):\n"
        "    child = os.fork()\n"
        "    if child == 0:\n"
        "        time.sleep(60)\n"
        "        os._exit(0)\n"
        "    print(child, flush=True)\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    run = subprocess.Popen(
        [sys.executable, "-c", script, str(warehouse)], stdout=subprocess.PIPE, text=True
    )
    assert run.stdout is not None
    worker = int(run.stdout.readline())
    run.wait()
    try:
        # The worker lets go as soon as it is scheduled, long before it ends.
        with warehouse_lock(warehouse, ME, wait=20):
            pass
    finally:
        os.kill(worker, signal.SIGKILL)


def test_a_link_and_its_target_share_one_lock(tmp_path: Path) -> None:
    (tmp_path / "link.duckdb").symlink_to(tmp_path / "news.duckdb")
    with (
        warehouse_lock(tmp_path / "news.duckdb", ME),
        pytest.raises(WarehouseLocked),
        warehouse_lock(tmp_path / "link.duckdb", ME),
    ):
        pass


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with (
        pytest.raises(WarehouseError, match=r"news\.duckdb\.lock: cannot be opened"),
        warehouse_lock(tmp_path / "file" / "news.duckdb", ME),
    ):
        pass
