"""Keeps a library from loading optional modules, to save memory."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def hidden_modules(*names: str) -> Iterator[None]:
    """In the block, importing these modules fails as if they were not installed.

    A library that imports them optionally in the block does without them for the life of the
    process. Modules that are loaded already are not affected.
    """
    hidden = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # None marks it as missing
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]
