"""The folders of one run: staged tables, and scratch files that stages exchange."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from warehouse.contract import Contract
from warehouse.layout import Layout


@dataclass(frozen=True)
class Staging:
    """The folders of one run. Staged tables are what publishing reads; the rest is scratch."""

    layout: Layout
    run_id: str

    @property
    def folder(self) -> Path:
        """One folder a table, holding Parquet parts that conform to its contract."""
        return self.layout.run_staging(self.run_id)

    @property
    def scratch(self) -> Path:
        """Hand-over between the stages of this run; nothing publishes from here."""
        return self.folder / "_work"

    @property
    def extracted(self) -> Path:
        """Parts of EXTRACTED_RECORD."""
        return self.scratch / "extracted_record"

    @property
    def nlp_store(self) -> Path:
        """Language results, kept from run to run; one folder a component."""
        return self.layout.folder / "nlp"

    def part(self, table: str, name: str) -> Path:
        """A part of a staged table, or of scratch where the name begins with an underscore."""
        folder = self.scratch / table[1:] if table.startswith("_") else self.folder / table
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{name}.parquet"

    def parts(self, table: str) -> list[Path]:
        """Every part written so far, in name order."""
        folder = self.scratch / table[1:] if table.startswith("_") else self.folder / table
        return sorted(folder.glob("*.parquet"))

    def staged_parts(self, name: str) -> set[Path]:
        """The part of that name of every staged table that has one."""
        return set(self.folder.glob(f"*/{name}.parquet"))

    def stage(self, contract: Contract, name: str, frame: pl.DataFrame) -> int:
        """Write a part of a staged table unless it is empty; the number of its rows."""
        if frame.height:
            contract.conform(frame).write_parquet(self.part(contract.name, name))
        return frame.height

    def staged(self, contract: Contract, *columns: str) -> pl.DataFrame:
        """All rows staged for a table, with only these columns: texts may not fit in memory."""
        parts, wanted = self.parts(contract.name), list(columns or contract.column_names)
        return pl.read_parquet(parts, columns=wanted) if parts else contract.empty().select(wanted)

    def row_count(self, contract: Contract) -> int:
        """Rows staged for a table."""
        parts = self.parts(contract.name)
        if not parts:
            return 0
        return int(pl.scan_parquet(parts).select(pl.len()).collect().item())
