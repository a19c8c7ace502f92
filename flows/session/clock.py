"""Makes the id and start time of a run, the only time of day that its rows use."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from warehouse import journal


class RunClock(NamedTuple):
    """A run's id and start."""

    run_id: str
    started_at: datetime


def new_clock(after: str | None = None) -> RunClock:
    """An id for a run that starts now; ids sort by start, those of one second too.

    The newest id decides what is known of a file. ``after`` is the newest known one: where the
    clock was set back, the run is recorded as starting in the second after that.
    """
    clock = _clock_at(datetime.now(UTC))
    if after is not None and clock.run_id <= after:
        newest = datetime.strptime(after.partition("-")[0], journal.RUN_ID_TIME).replace(tzinfo=UTC)
        clock = _clock_at(newest + timedelta(seconds=1))
    return clock


def _clock_at(at: datetime) -> RunClock:
    """Twenty bits of microseconds and four of chance make the six hex digits."""
    digits = at.microsecond << 4 | secrets.randbits(4)
    return RunClock(f"{at:%Y%m%dT%H%M%SZ}-{digits:06x}", at)
