"""Publishes what is staged, in one step, or records that nothing is new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flows.session.session import Session
from warehouse.publish import publish
from warehouse.tables import CHECK_FAILURE, CHECK_RESULT, CONTRACTS, RUN


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
    about_the_run = {RUN.name, CHECK_RESULT.name, CHECK_FAILURE.name}
    return any(session.staging.parts(c.name) for c in CONTRACTS if c.name not in about_the_run)


def publish_staged(session: Session, emptied: Sequence[str] = ()) -> Published:
    """Publish the staged rows. Tables that ``emptied`` names lose all others."""
    session.record.stage("published")
    published = publish(
        session.staging.folder,
        session.staging.layout.file,
        keep_snapshots=session.settings.keep_snapshots,
        emptied=emptied,
        forget_before=session.record.forget_before(),
    )
    return Published(published.rows)
