"""Publishes what is staged, in one step, or records that nothing is new."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flows.session.session import Session
from warehouse.contract import Lifecycle
from warehouse.publish import publish
from warehouse.tables import CONTRACTS


@dataclass(frozen=True)
class Published:
    """Rows written a table."""

    rows: Mapping[str, int]

    def describe(self) -> str:
        """What was written, in one line with counts."""
        counts = ", ".join(f"{count:,} {table}" for table, count in self.rows.items() if count)
        return f"rows written: {counts or 'none'}"


def changes_rows(session: Session) -> bool:
    """Whether anything is staged but the record of the run itself."""
    return any(
        session.staging.parts(contract.name)
        for contract in CONTRACTS
        if contract.lifecycle is not Lifecycle.RUN
    )


def publish_staged(session: Session, all_entities_replaced: bool = False) -> Published:
    """Publish the staged rows. If ``all_entities_replaced``, all published entities go."""
    session.record.stage("published")
    rows = publish(
        session.staging.folder,
        session.staging.layout.file,
        keep_snapshots=session.settings.keep_snapshots,
        all_entities_replaced=all_entities_replaced,
        forget_before=session.record.forget_before(),
    )
    return Published(rows)
