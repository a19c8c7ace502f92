"""Keeping out what a library imports at its start for parts of it that are not used.

Great Expectations imports a charting and a statistics library for rules that no check here has: a
quarter of its memory and a third of the time that its import takes.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType


class _Later(ModuleType):
    """Stands for a module until an attribute of it is asked for."""

    def __getattr__(self, name: str) -> object:
        _forget(self)
        return getattr(importlib.import_module(self.__name__), name)


@contextmanager
def imported_when_asked(*names: str) -> Iterator[None]:
    """In the block, ``import name`` and ``from parent import name`` load nothing yet.

    After the block an import loads as always. What is loaded already stays as it is. A ``from name
    import part`` loads at once; ``import name.part`` is not possible in the block, and no other
    thread may import these meanwhile: a stand-in has no lock.
    """
    stand_ins = [_stand_in(name) for name in names if name not in sys.modules]
    try:
        yield
    finally:
        for stand_in in stand_ins:
            _forget(stand_in)


@contextmanager
def said_to_be_missing(*names: str) -> Iterator[None]:
    """In the block, importing these fails as if they were not installed; afterwards it works.

    For what a library can do without: it does so as long as the process lives. Modules that are
    loaded already stay as they are.
    """
    hidden = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # None is how to say so
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


def _stand_in(name: str) -> _Later:
    stand_in = _Later(name)
    parent, _, last = name.rpartition(".")
    if parent:
        setattr(importlib.import_module(parent), last, stand_in)
    sys.modules[name] = stand_in
    return stand_in


def _forget(stand_in: _Later) -> None:
    """Take a stand-in out of the interpreter's tables; who holds it can still ask it."""
    name = stand_in.__name__
    if sys.modules.get(name) is stand_in:
        del sys.modules[name]
    parent, _, last = name.rpartition(".")
    if parent and vars(sys.modules[parent]).get(last) is stand_in:
        delattr(sys.modules[parent], last)
