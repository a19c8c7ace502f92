"""Copies one file, sharing its blocks on disk where the file system can."""

from __future__ import annotations

import errno
import fcntl
import shutil
from pathlib import Path

_FICLONE = 0x40049409
"""Request of ioctl_ficlone(2): let the target share the source's blocks (btrfs, XFS, bcachefs)."""

_CANNOT_SHARE = frozenset(
    {errno.EOPNOTSUPP, errno.ENOTTY, errno.EXDEV, errno.EINVAL, errno.ENOSYS, errno.EPERM}
)


def copy_file(source: Path, target: Path) -> None:
    """Make ``target`` the same bytes as ``source``, with its permissions. Raises OSError."""
    with source.open("rb") as original, target.open("wb") as copy:
        try:
            fcntl.ioctl(copy.fileno(), _FICLONE, original.fileno())
        except OSError as error:
            if error.errno not in _CANNOT_SHARE:
                raise
            shared = False
        else:
            shared = True
    if not shared:
        shutil.copyfile(source, target)
    shutil.copymode(source, target)
