"""Great Expectations' Data Docs of every suite, made by running the checkpoint anew."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from expectations.audit import suites_by_table
from expectations.suite import all_checks

_SITE = "newshouse"


def build_data_docs(con: duckdb.DuckDBPyConnection, folder: Path) -> Path:
    """Runs the checks and writes the pages into a folder; returns the page to open.

    The connection must hold no open transaction.
    """
    from expectations.checkpoint import make_checkpoint, quiet
    from expectations.duckdb_source import new_context

    with quiet():
        context = new_context()
        context.add_data_docs_site(site_name=_SITE, site_config=_site(folder))
        suites = suites_by_table(all_checks())
        make_checkpoint(context, con, suites, result_format="BASIC").run()
        # Once: an UpdateDataDocsAction would build the whole index anew for each table.
        context.build_data_docs(site_names=[_SITE])
    return folder / "index.html"


def _site(folder: Path) -> dict[str, Any]:
    return {
        "class_name": "SiteBuilder",
        "store_backend": {
            "class_name": "TupleFilesystemStoreBackend",
            "base_directory": str(folder.absolute()),
        },
        "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
    }
