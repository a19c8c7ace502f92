"""One fault of every kind that needs no disk of its own: no row is lost, none is left over."""

from __future__ import annotations

from pathlib import Path

import pytest

from rigs.crash.faults import faults, table, try_faults

pytestmark = pytest.mark.slow


def test_one_fault_of_every_kind(tmp_path: Path) -> None:
    chosen = {fault.kind: fault for fault in faults() if not fault.needs_disk}
    deleted = [fault for fault in faults() if fault.name == "delete_files at extract"]

    outcomes = try_faults(tmp_path, None, [*chosen.values(), *deleted])

    assert len(outcomes) == len(chosen)
    assert not any(outcome.problems for outcome in outcomes.values()), table(outcomes)
