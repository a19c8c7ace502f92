"""A module that is kept from loading is there again afterwards."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from expectations.late_import import hidden_modules


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A package `late_library` with a module `part`, and `late_user`, which imports both."""
    package = tmp_path / "late_library"
    package.mkdir()
    (package / "__init__.py").write_text("answer = 42\n")
    (package / "part.py").write_text("from late_library import answer\nhalf = answer // 2\n")
    (tmp_path / "late_user.py").write_text(
        "import late_library as whole\nfrom late_library import part\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    yield
    for name in ("late_library", "late_library.part", "late_user"):
        sys.modules.pop(name, None)


@pytest.mark.usefixtures("library")
def test_hidden_modules_can_be_imported_after_the_block() -> None:
    with hidden_modules("late_library", "sys"), pytest.raises(ModuleNotFoundError):
        importlib.import_module("late_user")
    late_user = importlib.import_module("late_user")
    assert late_user.part.half == 21
