"""No fault in staged Parquet gets through."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.expectations.mutations import MUTATIONS, Mutation, caught_by


def test_a_right_run_is_let_through(tmp_path: Path) -> None:
    assert caught_by(None, tmp_path) == set()


@pytest.mark.parametrize("mutation", MUTATIONS, ids=[mutation.name for mutation in MUTATIONS])
def test_a_fault_is_caught(mutation: Mutation, tmp_path: Path) -> None:
    assert caught_by(mutation, tmp_path) != set()


def test_there_are_enough_faults() -> None:
    assert len({mutation.name for mutation in MUTATIONS}) >= 60
