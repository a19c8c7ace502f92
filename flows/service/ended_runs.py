"""Reports ended runs, one line each, for the terminal or the system's journal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterEndTime,
)
from prefect.client.schemas.sorting import FlowRunSort

_OVERLAP = timedelta(seconds=60)
"""A state may be recorded a little after it was entered."""


@dataclass
class EndedRuns:
    """Gives each ended run's line once."""

    client: PrefectClient
    deployment_id: Sequence[UUID]
    since: datetime = field(default_factory=lambda: datetime.now(UTC))
    _reported: dict[UUID, datetime] = field(default_factory=dict)

    async def new_lines(self) -> list[str]:
        """A line for each run that ended since the last call."""
        now = datetime.now(UTC)
        ended = FlowRunFilter(
            deployment_id=FlowRunFilterDeploymentId(any_=list(self.deployment_id)),
            end_time=FlowRunFilterEndTime(after_=self.since),  # type: ignore[arg-type]
        )
        runs = await self.client.read_flow_runs(
            flow_run_filter=ended, sort=FlowRunSort.END_TIME_DESC, limit=100
        )
        lines = []
        for run in reversed(runs):
            if run.id in self._reported or run.state is None:
                continue
            self._reported[run.id] = now
            message = (run.state.message or "").partition("\n")[0]
            detail = f": {message}" if message else ""
            lines.append(f"{run.name}: {run.state.name}{detail}")
        self.since = max(self.since, now - _OVERLAP)
        self._reported = {id_: at for id_, at in self._reported.items() if at > now - 2 * _OVERLAP}
        return lines
