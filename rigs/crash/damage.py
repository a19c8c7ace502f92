"""Faults made on purpose while a run works. Each function is called as a stage begins."""

from __future__ import annotations

import errno
import resource
from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

from flows.settings import Settings
from warehouse.layout import layout_of


def _staged(settings: Settings, table: str) -> list[Path]:
    return sorted(layout_of(settings.warehouse).staging.glob(f"*/{table}/*.parquet"))


def _garble(settings: Settings, table: str) -> None:
    for path in _staged(settings, table):
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def sentence_unreadable_at_checks(stage: str, settings: Settings) -> None:
    if stage == "checks":
        _garble(settings, "sentence")


def block_unreadable_at_links(stage: str, settings: Settings) -> None:
    if stage == "links":
        _garble(settings, "block")


def mention_unreadable_at_publish(stage: str, settings: Settings) -> None:
    if stage == "publish: copy":
        _garble(settings, "mention")


def _limit_memory(spare_bytes: int) -> None:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + spare_bytes
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def no_memory_at_checks(stage: str, settings: Settings) -> None:
    if stage == "checks":
        _limit_memory(1 << 20)


def no_memory_at_publish(stage: str, settings: Settings) -> None:
    if stage == "publish: copy":
        _limit_memory(1 << 20)


def _always(work: Callable[[Settings], None]) -> Callable[[str, Settings], None]:
    """For damage at any stage, which the order names, as in ``fill_disk@links``."""
    return lambda stage, settings: work(settings)


FILLER = "filler"
"""Name of the file that fills the disk, beside the warehouse."""


def fill_disk(settings: Settings) -> None:
    """Leave no free byte on the disk of the warehouse; only for disks made small on purpose."""
    with (settings.warehouse.parent / FILLER).open("ab", buffering=0) as file:
        for size in (1 << 16, 1 << 10, 1):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise


def take_memory(settings: Settings) -> None:
    """Leave one mebibyte of address space beyond what the process has."""
    _limit_memory(1 << 20)


def set_clock_back(settings: Settings) -> None:
    """Set the clock of the run back by ten days."""
    from flows.session import clock

    class Late(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) - timedelta(days=10)

    clock.datetime = Late  # type: ignore[attr-defined]


def _delivered(settings: Settings) -> list[Path]:
    """The stories but those that another file copies: a copy that differs for a while is an article
    of its own, and its file still is there when it is a copy again."""
    return [p for p in sorted(Path(settings.source).glob("story_*.txt")) if "_01" not in p.name]


def truncate_files(settings: Settings) -> None:
    """Cut every second file of the source in the middle of a word."""
    for path in _delivered(settings)[::2]:
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def delete_files(settings: Settings) -> None:
    """Delete every second file of the source."""
    for path in _delivered(settings)[::2]:
        path.unlink()


def rewrite_files(settings: Settings) -> None:
    """Put other words of another length into every second file of the source."""
    for path in _delivered(settings)[::2]:
        path.write_text(path.read_text("utf-8").replace("works", "new building works"), "utf-8")


DAMAGES: dict[str, Callable[[str, Settings], None]] = {
    work.__name__: work
    for work in (
        sentence_unreadable_at_checks,
        block_unreadable_at_links,
        mention_unreadable_at_publish,
        no_memory_at_checks,
        no_memory_at_publish,
    )
} | {
    work.__name__: _always(work)
    for work in (
        fill_disk, take_memory, set_clock_back, truncate_files, delete_files, rewrite_files,
    )
}  # fmt: skip


def damage(name: str, stage: str, settings: Settings) -> None:
    """Carry out the damage of an order as a stage begins: ``NAME``, or ``NAME@STAGE`` for one that
    knows no stage of its own."""
    work, _, at = name.partition("@")
    if not at or at == stage:
        DAMAGES[work](stage, settings)
