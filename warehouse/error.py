"""The base class of errors that people can act on, each kind with its exit code. Raises none."""

from __future__ import annotations

from typing import ClassVar

FAILED, WRONG_USE, LOCKED = 1, 2, 3
"""Exit codes of commands: the work failed, the command was used wrongly, another run holds the
warehouse."""


class ExpectedError(Exception):
    """The message says in one line what happened and what to do, so no traceback is shown.

    ``exit_code`` is the one of a command that it ends.
    """

    exit_code: ClassVar[int] = FAILED
