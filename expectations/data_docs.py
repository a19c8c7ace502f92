"""Great Expectations' Data Docs of every suite, made by running the checkpoint again, and made to
work without the internet: the library's pages load styles, icons and scripts from there."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import Any

import duckdb

from expectations.audit import suites_by_table
from expectations.suite import all_checks

_SITE = "newshouse"
_OFFLINE = Path(__file__).parent / "offline_pages"

_FROM_INTERNET = re.compile(
    r'<link\b[^>]*\bhref="https?:[^>]*>|<script\b[^>]*\bsrc="https?:[^>]*></script>'
    r"|<footer>.*?</footer>",
    re.DOTALL,
)
"""Styles and scripts that pages load from elsewhere, and the invitation to a newsletter."""

_LOGO = re.compile(r'src="https?:[^"]*\.png[^"]*"')
_ICON = re.compile(r'href="[./]*/static/images/favicon\.ico"')


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
        # Once: an UpdateDataDocsAction would build the whole index again for each table.
        context.build_data_docs(site_names=[_SITE])
    _take_offline(folder)
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


def _take_offline(folder: Path) -> None:
    """Gives every page styles and script from the folder in place of those from the internet."""
    static = folder / "static"
    for name in ("offline.css", "offline.js"):
        shutil.copyfile(_OFFLINE / name, static / name)
    for page in folder.rglob("*.html"):
        here = os.path.relpath(static, page.parent)
        text = _FROM_INTERNET.sub("", page.read_text(encoding="utf-8"))
        text = _LOGO.sub(f'src="{here}/images/logo-long.png"', text)
        text = _ICON.sub(f'href="{here}/images/favicon.ico"', text)
        head = f'<link rel="stylesheet" href="{here}/offline.css"><script src="{here}/offline.js">'
        page.write_text(text.replace("</head>", f"{head}</script></head>", 1), encoding="utf-8")
