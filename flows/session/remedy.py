"""What to run once the fault behind a row of QUARANTINE is mended."""

from __future__ import annotations

import polars as pl

REPLAY, REBUILD = "newshouse quarantine replay", "newshouse rebuild"
"""Where its file is to be read again, and where what the warehouse has is to be made anew. The
message of a row ends with one of them."""


def awaits_rebuild() -> pl.Expr:
    """Whether a row of QUARANTINE is resolved by making its article anew, not by its file."""
    return pl.col("message").str.ends_with(REBUILD)
