"""Compares a file as shipped with the same file made again, and says where they differ."""

from __future__ import annotations

import hashlib
from itertools import zip_longest


def compare(shipped: bytes, made: bytes) -> str | None:
    """None for the same bytes; else how many lines differ, and the first of them."""
    if shipped == made:
        return None
    pairs = list(zip_longest(shipped.split(b"\n"), made.split(b"\n"), fillvalue=None))
    unlike = [number for number, (old, new) in enumerate(pairs, 1) if old != new]
    old, new = pairs[unlike[0] - 1]
    return (
        f"DIFFERS in {len(unlike):,} of {len(pairs):,} lines, first in line {unlike[0]}: shipped "
        f"{_shown(old)}, trained again {_shown(new)} (SHA-256 {_hash(shipped)} and {_hash(made)})"
    )


def _shown(line: bytes | None) -> str:
    return "nothing" if line is None else repr(line.decode("utf-8", "replace"))


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
