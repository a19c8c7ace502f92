"""Which checks there are."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from expectations import tables
from expectations.check import CheckError
from expectations.suite import all_checks

MODULE = """
from expectations.sql_text import row_check
from warehouse.tables import ARTICLE

CHECKS = (
    row_check(ARTICLE, "title", "short", "warning", "x", bad="length(title) > 9", observed="title"),
)
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose modules count as those of `expectations/tables`."""
    monkeypatch.setattr(tables, "__path__", [*tables.__path__, str(tmp_path)])
    for name in ("added", "added_again"):
        monkeypatch.delitem(sys.modules, f"{tables.__name__}.{name}", raising=False)
    return tmp_path


def test_a_module_in_the_folder_is_found_without_registration(folder: Path) -> None:
    before = {check.check_id for check in all_checks()}
    (folder / "added.py").write_text(MODULE)

    assert {check.check_id for check in all_checks()} - before == {"article.title.short"}


def test_two_checks_of_one_id_are_refused(folder: Path) -> None:
    for name in ("added.py", "added_again.py"):
        (folder / name).write_text(MODULE)

    with pytest.raises(CheckError, match=r"share an id: article\.title\.short\."):
        all_checks()
