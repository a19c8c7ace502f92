"""Finds and loads DuckDB's extension `fts` from its Python package, never from the network."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import duckdb

from warehouse.ddl import quote


def extension_file() -> Path | None:
    """The extension out of its Python package, for this version of DuckDB; null where missing."""
    package = importlib.util.find_spec("duckdb_extension_fts")
    for folder in (package.submodule_search_locations or ()) if package else ():
        file = Path(folder) / "extensions" / f"v{duckdb.__version__}" / "fts.duckdb_extension"
        if file.is_file():
            return file
    return None


def load_extension(con: duckdb.DuckDBPyConnection) -> bool:
    """Load the extension; False where it cannot be: missing, or of another version or machine.

    Never from the internet. Before external access is closed.
    """
    file = extension_file()
    if file is None:
        return False
    try:
        con.execute(f"LOAD {quote(str(file))}")
    except duckdb.Error:
        return False
    return True
