"""Classifies errors of remote places as temporary or permanent. Imports none of their libraries."""

from __future__ import annotations

import errno
import sys

_FOREIGN = (
    ("botocore.exceptions", "BotoCoreError"),
    ("aiohttp", "ClientError"),
    ("google.api_core.exceptions", "GoogleAPIError"),
    ("azure.core.exceptions", "AzureError"),
)
"""Errors that libraries of remote places raise although their file systems promise OSError."""

_PASSING = (
    ("botocore.exceptions", "ConnectionError"),
    ("botocore.exceptions", "HTTPClientError"),
    ("aiohttp", "ClientConnectionError"),
    ("aiohttp", "ClientPayloadError"),
    ("google.api_core.exceptions", "ServerError"),
    ("azure.core.exceptions", "ServiceRequestError"),
    ("azure.core.exceptions", "ServiceResponseError"),
)
_PASSING_NUMBERS = frozenset({errno.EIO, errno.EBUSY, errno.EAGAIN, errno.ETIMEDOUT})
"""What file systems make of "slow down" and "internal error"."""


def remote_errors() -> tuple[type[Exception], ...]:
    """Error types that a remote place may raise in this process."""
    return (OSError, ValueError, RuntimeError, *_loaded(_FOREIGN))


def foreign_errors() -> tuple[type[Exception], ...]:
    """Those of them that no file system should raise."""
    return _loaded(_FOREIGN)


def may_pass(problem: BaseException) -> bool:
    """True if waiting may help: no connection, no answer in time, a server that is too busy.

    Causes of the error count too: some file systems report an unknown host as "not found".
    """
    passing: tuple[type[BaseException], ...] = (
        ConnectionError, TimeoutError, *_loaded(_PASSING),
    )  # fmt: skip
    seen: BaseException | None = problem
    while seen is not None:
        if isinstance(seen, passing):
            return True
        if isinstance(seen, OSError) and seen.errno in _PASSING_NUMBERS:
            return True
        seen = seen.__cause__
    return False


def _loaded(names: tuple[tuple[str, str], ...]) -> tuple[type[Exception], ...]:
    """The error types of modules that are imported already: no other can have been raised."""
    modules = ((sys.modules.get(module), name) for module, name in names)
    return tuple(getattr(module, name) for module, name in modules if hasattr(module, name))
