"""A run over the seeds and a few hostile files, verified in the same way as by `make wild`."""

from __future__ import annotations

from pathlib import Path

import pytest

from rigs.wild.folder import make_folder
from rigs.wild.rounds import verify
from tests.conftest import Load

pytestmark = pytest.mark.slow


def test_hostile_files_end_as_predicted(tmp_path: Path, load: Load) -> None:
    folder = make_folder(tmp_path / "files", records=60, seed=3, shared=False)
    warehouse = tmp_path / "news.duckdb"
    assert load(folder.root, warehouse).status == "published"
    assert list(verify(warehouse, folder)) == []
