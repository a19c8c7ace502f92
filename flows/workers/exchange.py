"""Reads, writes and removes the files that machines exchange through a shared folder or bucket."""

from __future__ import annotations

import contextlib

import fsspec

from flows.sources.network import remote_errors
from warehouse.error import WRONG_USE, ExpectedError

SEEN = "seen"
"""Name of a marker file that exists in the shared place while a run uses it."""


class ClusterError(ExpectedError):
    """The cluster cannot be used; one line says why and what to do."""

    exit_code = WRONG_USE


def put(address: str, content: bytes) -> None:
    """Write a file; ClusterError if that fails."""
    try:
        with fsspec.open(address, "wb", **_making_folders(address)) as file:
            file.write(content)
    except (OSError, ImportError, ValueError) as problem:
        raise ClusterError(
            f"{address} cannot be written ({one_line(problem)}). Name a folder or bucket that this "
            "process and all workers can write: --shared s3://bucket/newshouse."
        ) from problem


def _making_folders(address: str) -> dict[str, bool]:
    return {} if "://" in address else {"auto_mkdir": True}


def get(address: str) -> bytes:
    """Read a file; OSError, ImportError or ValueError if that fails."""
    with fsspec.open(address, "rb") as file:
        content: bytes = file.read()
    return content


def remove(address: str) -> None:
    """Remove a file."""
    files, path = fsspec.core.url_to_fs(address)
    files.rm(path)


def clear(address: str) -> None:
    """Remove every file below a place; files that cannot be removed are left.

    An error of cleanup, whatever the bucket's library raises, does not stop the run.
    """
    with contextlib.suppress(ImportError, *remote_errors()):
        files, path = fsspec.core.url_to_fs(address)
        if "://" not in address:
            files.rm(path, recursive=True)
            return
        files.invalidate_cache()  # others have written there
        for each in files.find(path):  # not by pattern: a name may look like one
            files.rm_file(each)


def one_line(problem: BaseException) -> str:
    """The first line of an error's message."""
    return str(problem).partition("\n")[0] or type(problem).__name__
