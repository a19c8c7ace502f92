"""Keeping a library from loading parts that it can do without, to save memory."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def said_to_be_missing(*names: str) -> Iterator[None]:
    """In the block, importing these fails as if they were not installed; afterwards it works.

    For what a library can do without: it does so as long as the process lives. Modules that are
    loaded already stay as they are.
    """
    hidden = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # None marks it as missing
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]
