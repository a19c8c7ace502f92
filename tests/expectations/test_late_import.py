"""A module imported late is the module, and nobody else sees that it was late."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from expectations.late_import import imported_when_asked, said_to_be_missing
from tests.conftest import ROOT


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
def test_loaded_once_something_of_it_is_asked() -> None:
    with imported_when_asked("late_library.part"):
        late_user = importlib.import_module("late_user")
    assert "late_library.part" not in sys.modules
    assert late_user.part.half == 21
    assert late_user.part.half is sys.modules["late_library.part"].half


@pytest.mark.usefixtures("library")
def test_a_package_and_its_module_asked_in_the_block() -> None:
    with imported_when_asked("late_library"):
        late_user = importlib.import_module("late_user")

        assert late_user.whole.answer == 42
        assert late_user.part.half == 21
    assert late_user.part is importlib.import_module("late_library.part")


@pytest.mark.usefixtures("library")
def test_an_import_after_the_block_loads_the_module_itself() -> None:
    with imported_when_asked("late_library.part"):
        late_user = importlib.import_module("late_user")
    part = importlib.import_module("late_library.part")
    assert vars(sys.modules["late_library"])["part"] is part is not late_user.part
    assert late_user.part.half == part.half
    with pytest.raises(AttributeError, match="third"):
        _ = late_user.part.third


@pytest.mark.usefixtures("library")
def test_what_is_loaded_already_stays() -> None:
    before = importlib.import_module("late_library.part")
    with imported_when_asked("late_library.part"):
        late_user = importlib.import_module("late_user")
    assert late_user.part is before is sys.modules["late_library.part"]


@pytest.mark.usefixtures("library")
def test_what_is_said_to_be_missing_is_there_again_after_the_block() -> None:
    with said_to_be_missing("late_library", "sys"), pytest.raises(ModuleNotFoundError):
        importlib.import_module("late_user")
    late_user = importlib.import_module("late_user")
    assert late_user.part.half == 21


@pytest.mark.slow
def test_checks_run_without_charts_and_statistics_which_still_work_when_asked() -> None:
    script = (
        "import sys, expectations.engine\n"
        "print('scipy.stats' in sys.modules, 'altair' in sys.modules)\n"
        "from great_expectations.expectations.core import "
        "expect_column_kl_divergence_to_be_less_than as rule\n"
        "print(rule.stats.entropy([1.0]), rule.alt.Chart.__name__)\n"
        "import altair.utils, scipy.stats\n"
        "print(rule.stats.entropy is scipy.stats.entropy)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert run.stdout.splitlines() == ["False False", "0.0 Chart", "True"], run.stderr
