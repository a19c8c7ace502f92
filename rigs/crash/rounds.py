"""Rounds of runs that are killed, restarted and compared with runs that nobody disturbed.

A journey is a new warehouse and three deliveries. At every delivery the run is killed once or
more, at a stage and instant drawn at random, then run to its end; then every table has to be what
an undisturbed journey had there.
"""

from __future__ import annotations

import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import polars as pl

from rigs.crash.deliveries import DELIVERIES, deliver
from rigs.crash.prepared_process import Order, PreparedProcess
from warehouse.connect import open_reader
from warehouse.layout import layout_of
from warehouse.tables import CONTRACTS

Tables = dict[str, pl.DataFrame]

OF_THE_RUN = ("run_id", "valid_from", "valid_to", "resolved_run_id", "quarantine_id")
COMPARED = [c for c in CONTRACTS if c.name not in ("run", "check_result", "check_failure")]
"""Every table of `main`, and those of `ops` that are about files, rows and components."""

STAGES = ("start", "hold", "discover", "extract", "compare", "blocks", "language", "mentions",
          "entities", "links", "checks", "publish: copy", "publish: article", "publish: sentence",
          "publish: mention", "publish: file", "publish: check", "publish: marts",
          "publish: commit", "publish: checkpoint", "publish: sync", "publish: snapshot",
          "publish: rename", "publish: sync folder", "publish: clean", "clean up")  # fmt: skip
"""Stages at which kills are aimed; a kill may hit a neighbour, and is counted where it hit."""


@dataclass
class Report:
    """Kills by stage, and everything that was not as it should be."""

    aimed: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    reads: int = 0
    compared: int = 0

    def table(self) -> str:
        """Kills by stage as people read it."""
        lines = [f"{count:6,}  {stage}" for stage, count in sorted(self.kills.items(), key=_order)]
        lines += [
            f"{self.kills.total():6,}  kills of {self.aimed:,} aimed (the others ended first)",
            f"{self.compared:6,}  warehouses compared, {self.reads:,} reads meanwhile",
            f"{len(self.problems):6,}  problems",
            *self.problems[:20],
        ]
        return "\n".join(lines)


def _order(item: tuple[str, int]) -> tuple[int, str]:
    return (STAGES.index(item[0]) if item[0] in STAGES else len(STAGES), item[0])


def tables(warehouse: Path) -> Tables:
    """Every compared table, without what depends on run and clock."""
    con = open_reader(warehouse)
    try:
        found = {}
        for contract in COMPARED:
            left = [n for n in contract.column_names if n not in OF_THE_RUN]
            # When an article was found gone is the run's; that it was is not.
            shown = [f"{n} IS NOT NULL AS {n}" if n == "removed_at" else n for n in left]
            frame = con.execute(f"SELECT {', '.join(shown)} FROM {contract.qualified_name}").pl()
            found[contract.name] = frame.sort(left, nulls_last=True)
        return found
    finally:
        con.close()


def leftovers(warehouse: Path) -> list[str]:
    """What lies beside a warehouse at rest and should not."""
    layout = layout_of(warehouse)
    beside = {layout.file, layout.lock, layout.folder}
    wrong = [p for p in layout.file.parent.iterdir() if p not in beside]
    wrong += layout.folder.rglob("*.unfinished")
    wrong += layout.staging.glob("*")
    wrong += layout.next.glob("*")
    return [str(path) for path in wrong]


INVARIANTS = """
    SELECT (SELECT count(*) FROM article WHERE run_id NOT IN (SELECT run_id FROM ops.run)),
           (SELECT count(*) FROM article_version WHERE run_id NOT IN (SELECT run_id FROM ops.run)),
           (SELECT count(*) FROM sentence s JOIN article a USING (article_id)
             WHERE substring(a.text, s.start_char + 1, s.end_char - s.start_char) <> s.text),
           (SELECT count(*) FROM mention m ANTI JOIN sentence s USING (article_id, sentence_no)),
           (SELECT count(*) FROM mention m ANTI JOIN entity e USING (entity_id)
             WHERE m.entity_id IS NOT NULL),
           (SELECT count(*) FROM block b ANTI JOIN article a USING (article_id)),
           (SELECT count(*) FROM article a ANTI JOIN article_version v
             ON a.article_id = v.article_id AND v.is_current)
"""


class Reader:
    """Opens the published file over and over, and notes what is wrong with it."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.warehouse: Path | None = None
        self.counts: set[int] = set()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._read)

    def _read(self) -> None:
        while not self._stopped.is_set():
            if self.warehouse is not None and self.warehouse.exists():
                self._look(self.warehouse)
            time.sleep(0.05)

    def _look(self, warehouse: Path) -> None:
        try:
            with duckdb.connect(str(warehouse), read_only=True) as con:
                broken = con.execute(INVARIANTS).fetchone()
                row = con.execute("SELECT count(*) FROM article").fetchone()
        except duckdb.Error as error:
            self.report.problems.append(f"reader: {error}")
            return
        self.report.reads += 1
        if broken is None or any(broken):
            self.report.problems.append(f"reader: broken rules {broken}")
        if row is None or row[0] not in self.counts:
            self.report.problems.append(f"reader: {row} articles")

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Read while the block runs."""
        self._thread.start()
        try:
            yield
        finally:
            self._stopped.set()
            self._thread.join()


@dataclass(frozen=True)
class Undisturbed:
    """What a journey without kills had after each delivery, and how long its stages took."""

    states: list[Tables]
    seconds: list[dict[str, float]]


def undisturbed(prepared: PreparedProcess, folder: Path, pipeline: str) -> Undisturbed:
    """Make a journey without kills."""
    warehouse = folder / f"undisturbed-{pipeline}" / "news.duckdb"
    states, seconds = [], []
    for number in range(DELIVERIES):
        deliver(folder / "delivered", number)
        outcome = prepared.run(Order(str(folder / "delivered"), str(warehouse), pipeline))
        if outcome.code or outcome.result["status"] != "published":
            raise RuntimeError(f"the undisturbed run failed: {outcome.result}")
        states.append(tables(warehouse))
        spent: dict[str, float] = {}
        for stage, length in outcome.stages:
            spent[stage] = spent.get(stage, 0.0) + length
        seconds.append(spent)
    return Undisturbed(states, seconds)


def journey(
    prepared: PreparedProcess, folder: Path, expected: Undisturbed, report: Report, reader: Reader,
    chance: random.Random, *, pipeline: str, number: int, kills_a_delivery: int,
) -> None:  # fmt: skip
    """One warehouse, three deliveries, kills at each; what differs goes into the report."""
    warehouse = folder / f"{pipeline}-{number}" / "news.duckdb"
    reader.counts = {state["article"].height for state in expected.states}
    reader.warehouse = warehouse
    for delivery in range(DELIVERIES):
        deliver(folder / "delivered", delivery)
        seconds = expected.seconds[delivery]
        possible = [stage for stage in STAGES if stage in seconds]
        for _ in range(kills_a_delivery):
            stage = chance.choice(possible)
            order = Order(
                str(folder / "delivered"), str(warehouse), pipeline, stage,
                chance.random() * seconds[stage],
            )  # fmt: skip
            outcome = prepared.run(order)
            report.aimed += 1
            if outcome.code == -signal.SIGKILL:
                report.kills[outcome.stage] += 1
            elif outcome.code:
                report.problems.append(f"{order}: {outcome.result}")
        _finish(prepared, folder, warehouse, expected.states[delivery], report, pipeline)


def _finish(
    prepared: PreparedProcess,
    folder: Path,
    warehouse: Path,
    state: Tables,
    report: Report,
    pipeline: str,
) -> None:
    outcome = prepared.run(Order(str(folder / "delivered"), str(warehouse), pipeline))
    if outcome.code:
        report.problems.append(f"{warehouse}: the next run failed: {outcome.result}")
        return
    found = tables(warehouse)
    report.compared += 1
    report.problems += [
        f"{warehouse}: table {name} differs: {found[name].height} rows for {frame.height}"
        for name, frame in state.items()
        if not found[name].equals(frame)
    ]
    report.problems += [f"left over: {path}" for path in leftovers(warehouse)]
    con = open_reader(warehouse)
    running = con.execute("SELECT count(*) FROM ops.run WHERE status = 'running'").fetchone()
    con.close()
    if running != (0,):
        report.problems.append(f"{warehouse}: {running} runs are recorded as running")


def kill_many(
    folder: Path,
    *,
    kills: int,
    real_kills: int,
    seed: int,
    kills_a_delivery: int = 2,
    report: Report | None = None,
) -> Report:
    """Kill about that many runs with the cheap pipeline, and so many with the real one.

    ``report`` is filled in as they go, so that a caller has it whatever ends them.
    """
    report, chance = report or Report(), random.Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    with PreparedProcess(folder / "prepared", real=real_kills > 0) as prepared:
        reader = Reader(report)
        with reader.reading():
            for pipeline, wanted in (("cheap", kills), ("real", real_kills)):
                if not wanted:
                    continue
                expected = undisturbed(prepared, folder, pipeline)
                before, number = report.kills.total(), 0
                while report.kills.total() - before < wanted and number < wanted:
                    journey(
                        prepared, folder, expected, report, reader, chance,
                        pipeline=pipeline, number=number, kills_a_delivery=kills_a_delivery,
                    )  # fmt: skip
                    number += 1
    return report
