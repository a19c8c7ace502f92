"""Writes exported files to a folder or bucket, and removes only files of earlier exports.

`newshouse_export.json` in the target lists the files that exports made there. It names a new file
before the file is written and an old one until it is removed, so that the next run repairs an
interrupted one.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath

from flows.sources.location import PlaceError, address, is_remote
from warehouse.error import ExpectedError
from warehouse.export import Form, exported, write_files

LIST_NAME = "newshouse_export.json"

_OURS = re.compile(r"[a-z_.]+/(month=[0-9a-z-]+/)?data_[0-9]+\.(parquet|csv|jsonl)")

Written = dict[str, list[str]]
"""Files by format and table, as `parquet/article`, relative to the target."""


def export(
    warehouse: Path, to: str, form: Form, tables: Sequence[str] = (), at: str | None = None
) -> Mapping[str, int]:
    """Write tables to a folder or bucket; returns the number of files of each. Idempotent.

    Raises PlaceError if the target cannot be written, or has a file of that name that no export
    wrote.
    """
    relations = exported(tables)
    target = _Target(to)
    counts = {}
    try:
        known = target.read_list()
        with tempfile.TemporaryDirectory(prefix="newshouse-export-") as scratch:
            for name, paths in write_files(warehouse, Path(scratch), relations, form, at):
                files = {path.relative_to(scratch).as_posix(): path for path in paths}
                known = _put(target, known, f"{form}/{name}", files)
                counts[name] = len(files)
    except ExpectedError:
        raise
    except (OSError, ValueError, RuntimeError) as error:
        raise PlaceError(f"{to} cannot be written: {error}") from error
    return counts


class _Target:
    """A folder or bucket that files are put into, by names relative to it."""

    def __init__(self, to: str) -> None:
        import fsspec

        scheme = to.partition("://")[0]
        try:
            self._system, self._root = fsspec.core.url_to_fs(address(to))
        except (ImportError, ValueError) as error:
            raise PlaceError(
                f"{to}: {scheme}:// cannot be written ({error}). For S3: pip install "
                "'newshouse[s3]'."
            ) from error
        self._is_local = not is_remote(to)
        self._to = to

    def read_list(self) -> Written:
        """The listed files of earlier exports; PlaceError if the list is not one of newshouse."""
        self._system.invalidate_cache()
        if not self._system.exists(self._path(LIST_NAME)):
            return {}
        try:
            content = json.loads(self._system.cat_file(self._path(LIST_NAME)))
            listed = {str(key): [str(name) for name in names] for key, names in content.items()}
        except (ValueError, AttributeError, TypeError):
            listed = {"": [""]}
        if not all(_OURS.fullmatch(name) for names in listed.values() for name in names):
            raise PlaceError(
                f"{self._to}: {LIST_NAME} was not written by an export. Name another place."
            )
        return listed

    def write_list(self, written: Written) -> None:
        """Write the list of files that exports made here."""
        with tempfile.TemporaryDirectory(prefix="newshouse-export-") as scratch:
            path = Path(scratch) / LIST_NAME
            path.write_text(json.dumps(written, indent=1, sort_keys=True) + "\n", "utf-8")
            self.put(path, LIST_NAME)

    def refuse_foreign(self, names: Iterable[str]) -> None:
        """Raise PlaceError if a file of such a name exists that no export wrote."""
        for name in names:
            if self._system.exists(self._path(name)):
                raise PlaceError(
                    f"{self._to}: {name} exists and was not written by an export. Nothing was "
                    "changed. Name another place, or move that file away."
                )

    def put(self, path: Path, name: str) -> None:
        """Put a file there; a reader sees the old one or the new one."""
        target = self._path(name)
        if not self._is_local:
            self._system.put_file(str(path), target)
            return
        Path(target).parent.mkdir(parents=True, exist_ok=True)
        unfinished = Path(f"{target}.unfinished")
        shutil.copyfile(path, unfinished)
        unfinished.replace(target)

    def remove(self, name: str) -> None:
        """Remove a file that an export made, and its folder where that is empty now."""
        target = self._path(name)
        if not self._system.exists(target):
            return
        self._system.rm_file(target)
        folder = Path(target).parent
        if self._is_local and not any(folder.iterdir()):
            folder.rmdir()

    def _path(self, name: str) -> str:
        return str(PurePosixPath(self._root) / name)


def _put(target: _Target, known: Written, key: str, files: Mapping[str, Path]) -> Written:
    ours = set(known.get(key, ()))
    target.refuse_foreign(name for name in files if name not in ours)
    target.write_list(known | {key: sorted(ours | set(files))})
    for name, path in files.items():
        target.put(path, name)
    for name in sorted(ours - set(files)):
        target.remove(name)
    after = known | {key: sorted(files)}
    target.write_list(after)
    return after
