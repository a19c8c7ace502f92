"""Lists and opens the files of a source: a file, a folder, a glob or a bucket."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from datetime import datetime
from fnmatch import fnmatchcase
from operator import itemgetter
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, cast
from urllib.parse import quote_from_bytes, unquote_to_bytes

from flows.settings import without_credentials
from flows.sources.network import may_pass, remote_errors
from warehouse.error import FAILED, WRONG_USE, ExpectedError

_SCHEME = re.compile(r"^([a-z][a-z0-9+.-]{1,30})://", re.IGNORECASE)
_GLOB = re.compile(r"[*?\[]")
_OURS = (".duckdb", ".duckdb.wal", ".duckdb.d", ".duckdb.lock", ".lock")
"""Endings of warehouses, of files beside them and of lock files, which are never news."""
_LOCK_BEGINNINGS = (".", "~$")


class Listed(NamedTuple):
    """One file. Times are microseconds since 1970 in UTC; None where the place has none."""

    source_uri: str
    relative_path: str
    byte_count: int
    modified_at_us: int | None


class Unlisted(NamedTuple):
    """A folder whose files cannot be listed, and why."""

    folder_uri: str
    reason: str


class PlaceError(ExpectedError, OSError):
    """A source that cannot be listed. Never taken for an empty one."""

    exit_code = WRONG_USE


class PlaceUnreachable(PlaceError):
    """A remote source that cannot be listed or read now; it may be soon."""

    exit_code = FAILED


def is_remote(source: str) -> bool:
    """True for addresses such as s3://bucket; a file:// address is local."""
    found = _SCHEME.match(source)
    return found is not None and found[1].lower() != "file"


def address(source: str) -> str:
    """The absolute address of a source; a local one as an absolute path."""
    if is_remote(source):
        return source
    return str(Path(os.path.abspath(_local_path(source))))  # noqa: PTH100 - links stay as named


def collection_of(source: str) -> str:
    """The absolute address of the folder or bucket the source lies in or names."""
    if is_remote(source):
        base = _remote_base(source)
        return base.rstrip("/")
    path = address(source)
    if _is_pattern(path):
        return _pattern_base(path)
    return str(Path(path).parent) if Path(path).is_file() else path


def is_whole(source: str) -> bool:
    """True if the source is a whole folder or bucket, so that files not listed are missing."""
    if is_remote(source):
        return not _GLOB.search(source) and not _looks_like_file(source)
    return Path(address(source)).is_dir()


def refuse_credentials(source: str) -> None:
    """Raise PlaceError for an address with a secret: it would be in every row of its files."""
    shown = without_credentials(source)
    if is_remote(source) and shown != source:
        raise PlaceError(
            f"SOURCE holds a user name, password or token (of {shown}). Leave it out, as addresses "
            "are stored and shown. Set the variables of the storage system instead "
            "(AWS_ACCESS_KEY_ID …, FSSPEC_…), or fetch the file first."
        )


def list_files(source: str, unlisted: list[Unlisted] | None = None) -> Iterator[Listed]:
    """Files of the source, sorted by relative path. Raises PlaceError where it cannot be listed.

    A folder within a local source that cannot be listed is added to ``unlisted``, where that is
    given, and the rest is listed. Left out: hidden files and folders, warehouses and lock files,
    whatever is no regular file, folders met again through links, and files that vanish meanwhile.
    """
    refuse_credentials(source)
    found = _list_remote(source) if is_remote(source) else _list_local(address(source), unlisted)
    yield from sorted(found, key=itemgetter(1))


def open_file(source_uri: str) -> BinaryIO:
    """The file's bytes, seekable if its place allows. Raises OSError if it does not exist."""
    if not is_remote(source_uri):
        return Path(_local_path(source_uri)).open("rb")
    import fsspec

    try:
        return cast(BinaryIO, fsspec.open(source_uri, "rb").open())
    except remote_errors() as error:
        if may_pass(error):
            raise unreachable(source_uri, error) from error
        if isinstance(error, OSError):
            raise
        raise PlaceError(f"{source_uri} cannot be read: {error}") from error


def unreachable(place: str, error: Exception) -> PlaceUnreachable:
    """The error of a remote place that does not answer, in words."""
    return PlaceUnreachable(
        f"{without_credentials(place)} does not answer ({error}). Nothing was published. Check the "
        "network and the address, then run again."
    )


def is_ours(name: str) -> bool:
    """True for names that are never news: hidden, locks, warehouses and what lies beside them."""
    return name.startswith(_LOCK_BEGINNINGS) or name.lower().endswith(_OURS)


def _local_path(source: str) -> str:
    """The path behind a source; file:// addresses are percent-decoded."""
    if source.lower().startswith("file://"):
        return os.fsdecode(unquote_to_bytes(source[7:]))
    return os.path.expanduser(source)  # noqa: PTH111 - may be a pattern


def local_uri(path: str) -> str:
    """The path of a file or folder; a file:// address where its bytes are not UTF-8, as tables hold
    text only."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return "file://" + quote_from_bytes(os.fsencode(path))
    return path


def _list_local(path: str, unlisted: list[Unlisted] | None) -> Iterator[Listed]:
    if _is_pattern(path):
        base = _pattern_base(path)
        pattern = path[len(base.rstrip("/")) + 1 :]
        yield from (f for f in _walk(base, unlisted) if _matches(f.relative_path, pattern))
        return
    try:
        status = os.stat(path)  # noqa: PTH116 - links are followed
    except OSError as error:
        raise PlaceError(
            f"{path} cannot be read ({error.strerror}). Name a file, a folder, a glob or a bucket."
        ) from error
    if stat.S_ISDIR(status.st_mode):
        yield from _walk(path, unlisted)
    elif stat.S_ISREG(status.st_mode):
        name = Path(path).name
        yield Listed(
            local_uri(path), local_uri(name).rpartition("/")[2], status.st_size,
            status.st_mtime_ns // 1000,
        )  # fmt: skip
    else:
        raise PlaceError(f"{path} is neither a file nor a folder.")


def _walk(root: str, unlisted: list[Unlisted] | None) -> Iterator[Listed]:
    """Every file below ``root``, in no order."""
    seen: set[tuple[int, int]] = set()
    waiting = [root]
    cut = len(root.rstrip("/")) + 1
    while waiting:
        folder = waiting.pop()
        try:
            status = os.stat(folder)  # noqa: PTH116
            if (status.st_dev, status.st_ino) in seen:
                continue
            seen.add((status.st_dev, status.st_ino))
            entries = os.scandir(folder)
        except FileNotFoundError:
            if folder == root:
                raise PlaceError(f"{root} does not exist.") from None
            continue
        except OSError as error:
            if unlisted is not None and folder != root:
                unlisted.append(Unlisted(local_uri(folder), error.strerror or str(error)))
                continue
            raise PlaceError(
                f"{folder} cannot be listed ({error.strerror}), so it is not known which files of "
                f"{root} are missing. Make it readable, or name a source without it."
            ) from error
        with entries:
            for entry in entries:
                if is_ours(entry.name):
                    continue
                try:
                    if entry.is_dir():
                        waiting.append(entry.path)
                        continue
                    status = entry.stat()
                except OSError:
                    continue
                if stat.S_ISREG(status.st_mode):
                    yield _listed(entry.path, cut, status)


def _listed(path: str, cut: int, status: os.stat_result) -> Listed:
    relative = path[cut:]
    if not path.isascii():
        uri = local_uri(path)
        if uri != path:
            relative = quote_from_bytes(os.fsencode(relative))
        path = uri
    return Listed(path, relative, status.st_size, status.st_mtime_ns // 1000)


def _is_pattern(path: str) -> bool:
    """True for a glob; a file whose name holds such a letter is meant first."""
    return bool(_GLOB.search(path)) and not os.path.lexists(path)


def _pattern_base(path: str) -> str:
    """The deepest folder of a glob that is no pattern itself."""
    parts = path.split("/")
    fixed = next(n for n, part in enumerate(parts) if _GLOB.search(part))
    return "/".join(parts[:fixed]) or "/"


def _matches(relative_path: str, pattern: str) -> bool:
    """Glob by folder: * stays in its folder, ** crosses folders."""
    return _match_parts(relative_path.split("/"), pattern.split("/"))


def _match_parts(parts: list[str], patterns: list[str]) -> bool:
    """True where the parts fit; positions reached are kept as a set, so ** costs no recursion."""
    reached = {0}
    for pattern in patterns:
        if pattern == "**":
            reached = set(range(min(reached, default=len(parts)), len(parts) + 1))
        else:
            reached = {
                at + 1 for at in reached if at < len(parts) and fnmatchcase(parts[at], pattern)
            }
    return len(parts) in reached


def _looks_like_file(source: str) -> bool:
    return bool(re.search(r"\.[A-Za-z0-9]{1,8}$", source.rstrip("/").rpartition("/")[2])) and (
        source.count("/") > 2
    )


def _remote_base(source: str) -> str:
    parts = source.split("/")
    fixed = next((n for n, part in enumerate(parts) if n > 2 and _GLOB.search(part)), None)
    if fixed is not None:
        return "/".join(parts[:fixed])
    return "/".join(parts[:-1]) if _looks_like_file(source) else source


def _list_remote(source: str) -> Iterator[Listed]:
    """Objects of a bucket from its listing, one request per thousand."""
    import fsspec

    scheme = source.partition("://")[0]
    try:
        system, path = fsspec.core.url_to_fs(source)
        system.invalidate_cache()
        if scheme in ("http", "https"):
            found = {path: system.info(path)}
        elif _GLOB.search(source):
            found = system.glob(path, detail=True)
        else:
            found = system.find(path, detail=True)
    except ImportError as error:
        raise PlaceError(
            f"{scheme}:// needs a package that is not installed: {error}. "
            "For S3: pip install 'newshouse[s3]'."
        ) from error
    except remote_errors() as error:
        raise _not_listed(source, error) from error
    if not found:
        _refuse_missing(system, path, source)
    base = system._strip_protocol(_remote_base(source)).rstrip("/")
    for name, entry in found.items():
        relative = name[len(base) :].lstrip("/") if name.startswith(base) else name
        if entry.get("type") == "directory" or any(is_ours(part) for part in relative.split("/")):
            continue
        if relative and not name.endswith("/"):
            uri = name if "://" in name else f"{scheme}://{name.lstrip('/')}"
            yield Listed(uri, relative, entry.get("size") or 0, _modified(entry))


def _not_listed(source: str, error: Exception) -> PlaceError:
    if may_pass(error):
        return unreachable(source, error)
    return PlaceError(f"{source} cannot be listed: {error}")


def _modified(entry: dict[str, object]) -> int | None:
    """The time of last change under the names the file systems use."""
    for name in ("LastModified", "last_modified", "mtime", "updated", "modified", "created"):
        value = entry.get(name)
        if isinstance(value, datetime):
            return int(value.timestamp() * 1_000_000)
        if isinstance(value, int | float):
            return int(value * 1_000_000)
        if isinstance(value, str):
            try:
                return int(datetime.fromisoformat(value).timestamp() * 1_000_000)
            except ValueError:
                continue
    return None


def _refuse_missing(system: Any, path: str, source: str) -> None:
    """Raises PlaceError where an empty listing means that the bucket does not exist."""
    bucket = path.strip("/").split("/", 1)[0]
    try:
        exists = system.exists(bucket)
    except remote_errors() as error:
        raise _not_listed(source, error) from error
    if not exists:
        raise PlaceError(f"{source} does not exist.")
