"""Faults made on purpose while a run works. Each function is called as a stage begins."""

from __future__ import annotations

import resource
from collections.abc import Callable
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


DAMAGES: dict[str, Callable[[str, Settings], None]] = {
    work.__name__: work
    for work in (
        sentence_unreadable_at_checks,
        block_unreadable_at_links,
        mention_unreadable_at_publish,
        no_memory_at_checks,
        no_memory_at_publish,
    )
}
