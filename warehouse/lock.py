"""The file lock that keeps two runs from writing one warehouse at the same time."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from warehouse.error import LOCKED
from warehouse.layout import WarehouseError, layout_of

_POLL_SECONDS = 0.1
_held_descriptors: set[int] = set()
_fork_hook_set = False


@dataclass(frozen=True)
class Holder:
    """Who holds the lock. ``since`` is an ISO 8601 time; left out, it is when the lock was got."""

    pid: int
    host: str
    since: str | None = None
    flow_run: str | None = None


class WarehouseLocked(WarehouseError):
    """Another run holds the lock; ``holder`` is null until that run has written its name."""

    exit_code = LOCKED

    def __init__(self, warehouse: Path, holder: Holder | None) -> None:
        self.holder = holder
        super().__init__(f"{warehouse} is being written {_who(holder)}. Try again later, or wait.")


@contextmanager
def warehouse_lock(warehouse: Path, holder: Holder, wait: bool | float = False) -> Iterator[Holder]:
    """Hold the warehouse for writing while the block runs.

    ``wait`` is False (raise at once), True (wait without end) or seconds. The operating system
    frees the lock of a holder that dies, however it dies. The lock file is never deleted: that
    would let two runs lock two files of one name.
    """
    descriptor = _open(warehouse)
    try:
        _acquire(descriptor, warehouse, wait)
        _close_in_forked_children(descriptor)
        if holder.since is None:
            holder = replace(holder, since=datetime.now(UTC).isoformat(timespec="seconds"))
        _write_holder(descriptor, holder)
        try:
            yield holder
        finally:
            os.ftruncate(descriptor, 0)
            _held_descriptors.discard(descriptor)
    finally:
        os.close(descriptor)


def current_holder(warehouse: Path) -> Holder | None:
    """Who is writing the warehouse now; null when nobody is."""
    path = layout_of(warehouse).lock
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except (FileNotFoundError, PermissionError):
        return None  # No permission to read it: the next step of the caller reports the error.
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _read_holder(descriptor)
    else:
        return None
    finally:
        os.close(descriptor)


def _open(warehouse: Path) -> int:
    path = layout_of(warehouse).lock
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise WarehouseError(
            f"{path}: cannot be opened for writing ({error.strerror}). The folder of the "
            "warehouse must be writable; choose another with --warehouse FILE."
        ) from error


def _acquire(descriptor: int, warehouse: Path, wait: bool | float) -> None:
    patience = float("inf") if wait is True else float(wait)
    give_up_at = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= give_up_at:
                raise WarehouseLocked(warehouse, _read_holder(descriptor)) from None
            time.sleep(_POLL_SECONDS)
        else:
            return


def _close_in_forked_children(descriptor: int) -> None:
    """A forked worker that outlives its run must not keep the run's lock."""
    global _fork_hook_set
    _held_descriptors.add(descriptor)
    if not _fork_hook_set:
        os.register_at_fork(after_in_child=_close_held)
        _fork_hook_set = True


def _close_held() -> None:
    while _held_descriptors:
        os.close(_held_descriptors.pop())


def _write_holder(descriptor: int, holder: Holder) -> None:
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, json.dumps(asdict(holder)).encode(), 0)


def _read_holder(descriptor: int) -> Holder | None:
    try:
        fields = json.loads(os.pread(descriptor, 4096, 0))
        return Holder(fields["pid"], fields["host"], fields["since"], fields["flow_run"])
    except (ValueError, KeyError, TypeError):
        return None  # The holder has the lock but has not written its name yet.


def _who(holder: Holder | None) -> str:
    if holder is None:
        return "by another run"
    flow_run = f", flow run {holder.flow_run}" if holder.flow_run else ""
    return f"by process {holder.pid} on {holder.host} since {holder.since}{flow_run}"
