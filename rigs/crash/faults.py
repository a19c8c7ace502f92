"""Faults of disk, memory, clock, folders and files: a run with each, and its effect on the rows.

Every trial begins with a copy of a warehouse that holds the first delivery, and a run of the second
meets one fault. That run may publish or fail, but then with an expected error of one line and with
the published file unchanged. The fault is taken away and the next run has to bring every table to
what an undisturbed run has.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager as Context
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import polars as pl

from flows.stages.declared import STAGES
from rigs.crash.damage import FILLER
from rigs.crash.deliveries import deliver
from rigs.crash.prepared_process import Order, PreparedProcess
from rigs.crash.rounds import Tables, leftovers, tables
from warehouse.layout import Layout, layout_of

_DISK_KILOBYTES = 64_000
_NAMES = [stage.name for stage in STAGES]


@dataclass(frozen=True)
class Fault:
    """One fault: what happens in the run, or to the place while the block around the run lasts.

    ``kind`` is its row in the table. ``is_repaired`` means that people have to put the warehouse
    back, as the run's message says, before the next run.
    """

    kind: str
    name: str
    damage: str | None = None
    around: Callable[[Layout], Context[object]] = field(default=lambda _: nullcontext())
    needs_disk: bool = False
    is_repaired: bool = False
    has_history: bool = False
    """True where the run may see other texts than an undisturbed one, and keep them as versions:
    then only what is current has to be the same."""


@dataclass
class Outcomes:
    """Results of the runs with faults of one kind."""

    trials: int = 0
    published: int = 0
    aborted: int = 0
    lost: int = 0
    extra: int = 0
    problems: list[str] = field(default_factory=list)
    messages: dict[str, None] = field(default_factory=dict)


def faults() -> list[Fault]:
    """All of them."""
    found = [
        Fault("disk full", f"at {name}", f"fill_disk@{name}", needs_disk=True)
        for name in ("start", *_NAMES, "publish: sentence", "publish: commit", "publish: rename")
    ]
    found += [Fault("no memory", f"at {name}", f"take_memory@{name}") for name in _NAMES]
    found.append(Fault("clock set back ten days", "", "set_clock_back@start"))
    found += [
        Fault(
            "source files changed while they are read",
            f"{how} at {name}",
            f"{how}@{name}",
            has_history=True,
        )
        for how in ("truncate_files", "delete_files", "rewrite_files")
        for name in ("discover", "extract", "compare")
    ]
    found += [
        Fault("read-only disk", "", around=_read_only, needs_disk=True),
        Fault("a reader holds the file for the whole run", "", around=_held_by_reader),
        Fault("older schema", "", around=_older_schema),
    ]
    for title, folder in (("journal", "journal"), ("kept language results", "nlp"),
                          ("staging", "staging")):  # fmt: skip
        found += [
            Fault(f"damaged {title}", how.__name__.strip("_"), around=_damaged(folder, how))
            for how in (_halve, _garble, _empty, _turn_into_folder)
        ]
    found += [
        Fault(
            "damaged warehouse file",
            how.__name__.strip("_"),
            around=_damaged_file(how),
            is_repaired=True,
        )
        for how in (_halve, _garble, _empty, _turn_into_text, _turn_into_folder)
    ]
    return found


def try_faults(
    folder: Path, disk: Path | None, chosen: Sequence[Fault] | None = None
) -> dict[str, Outcomes]:
    """Try every fault, or those chosen; those of a disk on ``disk``, an empty folder to mount one
    on, or not at all."""
    outcomes: dict[str, Outcomes] = defaultdict(Outcomes)
    folder.mkdir(parents=True, exist_ok=True)
    with PreparedProcess(folder / "process") as process:
        base, expected = _base(process, folder)
        for number, fault in enumerate(faults() if chosen is None else chosen):
            if not fault.needs_disk:
                place = folder / f"trial-{number}"
                _try(process, fault, base, place, folder / "delivered", expected, outcomes)
                shutil.rmtree(place)
            elif disk is not None:
                with _mounted(disk):
                    _try(process, fault, base, disk / "w", folder / "delivered", expected, outcomes)
    return dict(outcomes)


def table(outcomes: dict[str, Outcomes]) -> str:
    """The outcomes as Markdown."""
    names = ("runs", "published at once", "aborted by a library", "rows lost", "rows extra")
    rows = [f"| fault | {' | '.join(names)} | problems |", "|---" * (len(names) + 2) + "|"]
    for kind, o in outcomes.items():
        counts = (o.trials, o.published, o.aborted, o.lost, o.extra, len(o.problems))
        rows.append(f"| {kind} | {' | '.join(map(str, counts))} |")
    rows += [f"{kind}: {line}" for kind, o in outcomes.items() for line in o.messages]
    rows += [f"PROBLEM {kind}: {line}" for kind, o in outcomes.items() for line in o.problems]
    return "\n".join(rows)


def _base(process: PreparedProcess, folder: Path) -> tuple[Path, Tables]:
    """A warehouse with the first delivery and the remains of a killed run of the second, and the
    tables after the second."""
    warehouse = folder / "base" / "news.duckdb"
    deliver(folder / "delivered", 0)
    assert process.run(Order(str(folder / "delivered"), str(warehouse))).code == 0
    shutil.copytree(folder / "base", folder / "undisturbed")
    deliver(folder / "delivered", 1)
    done = process.run(
        Order(str(folder / "delivered"), str(folder / "undisturbed" / "news.duckdb"))
    )
    assert done.code == 0, done
    killed = process.run(Order(str(folder / "delivered"), str(warehouse), stage="entities"))
    assert killed.code == -9, killed
    return folder / "base", tables(folder / "undisturbed" / "news.duckdb")


def _try(
    process: PreparedProcess,
    fault: Fault,
    base: Path,
    place: Path,
    delivered: Path,
    expected: Tables,
    outcomes: dict[str, Outcomes],
) -> None:
    kept = outcomes[fault.kind]
    kept.trials += 1
    deliver(delivered, 1)
    shutil.copytree(base, place)
    warehouse = place / "news.duckdb"
    order = Order(str(delivered), str(warehouse), damage=fault.damage)
    with fault.around(layout_of(warehouse)):
        before = _bytes(warehouse)
        outcome = process.run(order)
        if outcome.code == 0:
            kept.published += 1
        else:
            answer = outcome.result
            message = str(answer.get("message", f"ended with {outcome.code}"))
            kept.messages.setdefault(message.replace(str(place), "…"))
            # Polars aborts the process where it gets no memory; nothing can be raised then.
            is_abort = outcome.code == -signal.SIGABRT and fault.kind == "no memory"
            if is_abort:
                kept.aborted += 1
            elif not answer.get("is_expected") or len(message.splitlines()) != 1:
                kept.problems.append(f"{fault.name}: not an expected error: {outcome}")
            if _bytes(warehouse) != before:
                kept.problems.append(f"{fault.name}: the published file changed: {message}")
    (place / FILLER).unlink(missing_ok=True)
    if fault.is_repaired:
        if outcome.code == 0:
            kept.problems.append(f"{fault.name}: damage was not noticed")
        _remove(warehouse)
        shutil.copyfile(base / "news.duckdb", warehouse)
    deliver(delivered, 1)
    after = process.run(Order(str(delivered), str(warehouse)))
    if after.code:
        kept.problems.append(f"{fault.name}: the next run failed: {after.result}")
        return
    found, wanted = tables(warehouse), expected
    if fault.has_history:
        found, wanted = _current(found), _current(expected)
    for name, frame in wanted.items():
        if not found[name].equals(frame):
            lost = frame.join(found[name], on=frame.columns, how="anti", nulls_equal=True).height
            extra = found[name].join(frame, on=frame.columns, how="anti", nulls_equal=True).height
            kept.lost += lost
            kept.extra += extra
            kept.problems.append(f"{fault.name}: {name}: {lost} rows lost, {extra} extra")
    allowed = {str(layout_of(warehouse).folder / "journal" / "damaged")}
    kept.problems += [
        f"{fault.name}: left over: {p}" for p in leftovers(warehouse) if p not in allowed
    ]


def _current(state: Tables) -> Tables:
    """Current texts, their sentences, and what is open in quarantine."""
    article = state["article"].filter(~pl.col("removed_at")).select("article_id", "title", "text")
    sentence = state["sentence"].join(article, on="article_id", how="semi")
    quarantine = state["quarantine"].filter(pl.col("status") == "open")
    return {
        "article": article.sort(pl.all()),
        "sentence": sentence.select("article_id", "sentence_no", "text").sort(pl.all()),
        "quarantine": quarantine.select("source_uri", "rule").sort(pl.all()),
    }


def _bytes(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _remove(path: Path) -> None:
    shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


@contextmanager
def _mounted(disk: Path) -> Iterator[None]:
    """A small disk in memory."""
    options = f"size={_DISK_KILOBYTES}k"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(disk)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", str(disk)], check=True)


@contextmanager
def _read_only(layout: Layout) -> Iterator[None]:
    disk = str(layout.file.parent.parent)
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    try:
        yield
    finally:
        subprocess.run(["mount", "-o", "remount,rw", disk], check=True)


@contextmanager
def _held_by_reader(layout: Layout) -> Iterator[None]:
    """A connection in the middle of a result, which must get all of its own version's rows."""
    with duckdb.connect(str(layout.file), read_only=True) as con:
        articles = con.execute("select count(*) from article").fetchone()
        yield
        assert con.execute("select count(*) from article").fetchone() == articles


@contextmanager
def _older_schema(layout: Layout) -> Iterator[None]:
    """The file as a version without a table and a nullable column had left it."""
    with duckdb.connect(str(layout.file)) as con:
        con.execute("drop table related_link cascade")
        con.execute("alter table article drop column standfirst")
    yield


def _damaged(folder: str, how: Callable[[Path], None]) -> Callable[[Layout], Context[object]]:
    """Damage every file of a folder beside the warehouse."""

    @contextmanager
    def around(layout: Layout) -> Iterator[None]:
        paths = [p for p in sorted((layout.folder / folder).rglob("*")) if p.is_file()]
        if not paths:
            raise FileNotFoundError(f"nothing to damage in {folder}")
        for path in paths:
            how(path)
        yield

    return around


def _damaged_file(how: Callable[[Path], None]) -> Callable[[Layout], Context[object]]:
    @contextmanager
    def around(layout: Layout) -> Iterator[None]:
        how(layout.file)
        yield

    return around


def _halve(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _garble(path: Path) -> None:
    content, chance = bytearray(path.read_bytes()), random.Random(path.name)
    for place in chance.choices(range(len(content)), k=max(64, len(content) // 50)):
        content[place] = chance.randrange(256)
    path.write_bytes(content)


def _empty(path: Path) -> None:
    os.truncate(path, 0)


def _turn_into_text(path: Path) -> None:
    path.write_text("not a database\n" * 1000)


def _turn_into_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()
