"""What killed runs left beside a warehouse, and its removal. Touches nothing that is whole."""

from __future__ import annotations

import contextlib
import shutil

from warehouse.layout import Layout


def remove_leftovers(layout: Layout) -> None:
    """Remove staging, files being made and unfinished parts. The caller holds the lock.

    The lock says that nobody is at work, so all of it is of runs that died. Finished language
    results stay: they are why the next run is quicker.
    """
    shutil.rmtree(layout.staging, ignore_errors=True)
    shutil.rmtree(layout.next, ignore_errors=True)
    for path in layout.folder.rglob("*.unfinished"):
        with contextlib.suppress(OSError):
            path.unlink()
