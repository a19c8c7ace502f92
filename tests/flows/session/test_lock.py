"""Who holds a warehouse: ids that sort by start whatever the clock does, and runs that died."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from flows.session import clock as session_clock
from flows.session.clock import new_clock
from flows.session.lock import hold_lock
from flows.session.manual_changes import purge_articles
from flows.settings import Settings
from tests.conftest import SEEDS, Load
from tests.warehouse.made_up import MadeUp, add_run, hex16, made_up_run, run_id_of
from tests.warehouse.test_publish import publish_run
from warehouse import journal
from warehouse.lock import WarehouseLocked, current_holder

NOON = datetime(2026, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC)


class StoppedClock(datetime):
    """Stands still at noon."""

    @classmethod
    def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
        return NOON


def test_runs_of_one_second_sort_by_start() -> None:
    clocks = [new_clock() for _ in range(300)]

    assert [c.run_id for c in sorted(clocks, key=lambda c: c.started_at)] == sorted(
        c.run_id for c in clocks
    )


@pytest.mark.parametrize("newest", ["20260301T120000Z-ffffff", "20260301T130000Z-0a0a0a"])
def test_a_clock_set_back_starts_after_the_newest_run(
    newest: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_clock, "datetime", StoppedClock)

    clock = new_clock(newest)

    assert clock.run_id > newest
    assert clock.run_id.startswith(f"{clock.started_at:%Y%m%dT%H%M%SZ}-")
    assert clock.started_at - NOON <= timedelta(hours=1, seconds=1)


@pytest.mark.slow
def test_what_the_last_run_found_counts_though_the_clock_stands_still(
    tmp_path: Path, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_clock, "datetime", StoppedClock)
    source, warehouse = tmp_path / "in", tmp_path / "news.duckdb"
    source.mkdir()
    for name in ("a", "b"):
        text = (SEEDS / "harbourwire_grain_outlook.txt").read_text() + f"\n\nCopy {name}.\n"
        (source / f"{name}.txt").write_text(text)
    load(source, warehouse)
    (source / "b.txt").unlink()

    second, third = load(source, warehouse), load(source, warehouse)

    assert (second.files_gone, second.files["removed"]) == (1, 1)
    assert (third.status, third.files_gone) == ("nothing_new", 0)
    with duckdb.connect(str(warehouse), read_only=True) as con:
        assert con.execute("select count(*) from ops.file").fetchall() == [(3,)]


def test_a_dead_run_is_marked_by_whoever_holds_the_warehouse_next(tmp_path: Path) -> None:
    warehouse = tmp_path / "news.duckdb"
    publish_run(made_up_run(1, {"harbour": 1}), warehouse)
    dead = MadeUp(run_id_of(3))
    add_run(dead, NOON, status="running")
    journal.write(warehouse, dead.run_id, dead.frames())

    purge_articles(Settings(warehouse=warehouse), [hex16("harbour")])

    with duckdb.connect(str(warehouse), read_only=True) as con:
        found = con.execute("select status from ops.run order by run_id").fetchall()
    assert found == [("published",), ("crashed",), ("published",)]


def test_the_lock_says_since_when_it_is_held(tmp_path: Path) -> None:
    settings = Settings(warehouse=tmp_path / "news.duckdb")
    before = datetime.now(UTC).replace(microsecond=0)
    with hold_lock(settings, "brave-otter"):
        holder = current_holder(settings.warehouse)
        assert holder is not None
        assert (holder.pid, holder.flow_run) == (os.getpid(), "brave-otter")
        assert before <= datetime.fromisoformat(str(holder.since)) <= datetime.now(UTC)
        with pytest.raises(WarehouseLocked, match="brave-otter"), hold_lock(settings):
            raise AssertionError("held twice")
