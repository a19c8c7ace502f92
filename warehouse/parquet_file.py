"""Reads a Parquet file beside a warehouse; refuses one that is damaged or of another table."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import polars as pl

from warehouse.contract import Contract, ContractError


class DamagedFile(NamedTuple):
    """A file in the place of a part of a table, and why it is not a valid part."""

    path: Path
    reason: str


class FileDamaged(ValueError):
    """The file is no part of that table; the message says why, in a few words."""


def read_part(path: Path, contract: Contract) -> pl.DataFrame:
    """All rows of one file, conforming to the contract. Raises FileDamaged.

    A column that may be null and is not there is null: an earlier release did not have it yet.
    """
    try:
        if not path.is_file():
            # A folder would be read as a set of files, and a link to nothing is not there.
            raise FileDamaged("a folder" if path.is_dir() else "not a file")
        # From bytes, so that neither a pattern in the name nor a change meanwhile matters.
        rows = pl.read_parquet(path.read_bytes())
        added = [c for c in contract.columns if c.nullable and c.name not in rows.columns]
        return contract.conform(
            rows.with_columns(pl.lit(None, c.dtype).alias(c.name) for c in added)
        )
    except ContractError as problem:
        raise FileDamaged("not the columns of the table") from problem
    except OSError as problem:
        raise FileDamaged(problem.strerror or "cannot be read") from problem
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as problem:
        raise FileDamaged(f"not whole: {str(problem).partition(chr(10))[0]}") from problem
