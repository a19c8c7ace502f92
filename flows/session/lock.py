"""The lock that prevents two runs from writing one warehouse, and the clock of its holder."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from flows.session.clock import RunClock, new_clock
from flows.session.notices import folder_notices, journal_notices, print_notice
from flows.settings import Settings
from warehouse import journal
from warehouse.layout import layout_of
from warehouse.leftover import set_foreign_aside
from warehouse.lock import Holder, warehouse_lock


@contextmanager
def take_lock(settings: Settings, flow_run_id: str | None = None) -> Iterator[None]:
    """Hold the warehouse's lock, even if the file is damaged. Raises WarehouseLocked."""
    holder = Holder(os.getpid(), socket.gethostname(), flow_run=flow_run_id)
    with warehouse_lock(settings.warehouse, holder, settings.wait_seconds):
        yield


@contextmanager
def hold_lock(
    settings: Settings, flow_run_id: str | None = None, notices: list[str] | None = None
) -> Iterator[RunClock]:
    """Hold the lock while the block runs; gives the run's clock, later than all earlier ones.

    Raises WarehouseLocked. Runs that are still recorded as running are dead: they are marked as
    crashed. Damaged files of the journal are moved away, with a line on standard error for each,
    which is added to ``notices`` too.
    """
    with take_lock(settings, flow_run_id):
        lines = folder_notices(set_foreign_aside(layout_of(settings.warehouse)))
        lines += journal_notices(journal.set_damaged_aside(settings.warehouse))
        for line in lines:
            print_notice(line)
            if notices is not None:
                notices.append(line)
        clock = new_clock(journal.newest_run(settings.warehouse))
        journal.mark_crashed(settings.warehouse, clock.run_id, clock.started_at)
        yield clock
