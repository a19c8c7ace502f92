"""A configured server that dies while a run reports to it: the run ends all the same, and soon."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from tests.conftest import OWNER_FILE
from tests.flows.service.served import PrefectServer, wait_for

pytestmark = pytest.mark.server


def test_a_run_outlives_its_server(tmp_path: Path) -> None:
    warehouse = tmp_path / "news.duckdb"
    server = PrefectServer(tmp_path)
    try:
        run = subprocess.Popen(
            [sys.executable, "-m", "flows.main", "run", str(OWNER_FILE),
             "--warehouse", str(warehouse)],
            env=server.environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        blocks = tmp_path / "news.duckdb.d" / "staging"
        wait_for(lambda: any(blocks.glob("*/block")), 120, "the run at work")
    finally:
        server.kill()
    said, _ = run.communicate(timeout=180)

    assert run.returncode == 0, said
    assert "newshouse: published" in said
    assert "Service 'EventsWorker' failed" not in said
    with duckdb.connect(str(warehouse), read_only=True) as con:
        assert con.execute("select count(*) from article").fetchall() == [(1,)]
