"""Cleans up flow runs of our deployments: marks dead ones crashed, deletes missed and old ones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterEndTime,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.events.filters import (
    EventFilter,
    EventNameFilter,
    EventOccurredFilter,
    EventResourceFilter,
)
from prefect.exceptions import ObjectNotFound
from prefect.states import Crashed

HEARTBEAT_SECONDS = 30
"""Short enough that a run whose process was killed is marked as crashed within minutes."""
SILENCE_SECONDS = 3 * HEARTBEAT_SECONDS
"""A run without heartbeat or state change for this long has no process any more."""

UNDER_WAY = (StateType.PENDING, StateType.RUNNING, StateType.CANCELLING)
_DONE = (StateType.COMPLETED, StateType.FAILED, StateType.CRASHED, StateType.CANCELLED)
_PAGE = 200


async def runs_under_way(client: PrefectClient, deployment_id: Sequence[UUID]) -> list[FlowRun]:
    """Runs of these deployments that have started or are starting."""
    return await _runs(client, deployment_id, UNDER_WAY)


async def end_dead_runs(
    client: PrefectClient,
    deployment_id: Sequence[UUID],
    *,
    nobody_else: bool,
    holder: str | None,
) -> list[FlowRun]:
    """Mark runs whose process has ended as crashed, so that the next may start; returns them.

    ``nobody_else``: no other process can be running them, for example if the server was down.
    Otherwise runs with a recent heartbeat and runs just started count as alive. ``holder`` is the
    flow run that holds the warehouse lock: its process is certainly alive.
    """
    dead = []
    now = datetime.now(UTC)
    for run in await runs_under_way(client, deployment_id):
        if str(run.id) == holder:
            continue
        if not nobody_else and await _was_active(client, run, now):
            continue
        message = "The run's process has ended: it was killed, or its machine stopped."
        await client.set_flow_run_state(run.id, Crashed(message=message), force=True)
        dead.append(run)
    return dead


async def drop_missed_runs(
    client: PrefectClient, deployment_id: UUID, before: datetime, *, keep_one: bool
) -> int:
    """Delete scheduled runs that were due before a time and never started; returns how many.

    One run loads all new files, so one is enough: ``keep_one`` leaves the newest.
    """
    due = await _runs(client, [deployment_id], (StateType.SCHEDULED,), due_before=before)
    missed = [run for run in due if run.auto_scheduled]
    dropped = missed[:-1] if keep_one else missed
    return sum([await _delete(client, run) for run in dropped])


async def drop_old_runs(
    client: PrefectClient, deployment_id: Sequence[UUID], before: datetime
) -> int:
    """Delete the runs of these deployments that ended before a time; returns how many."""
    dropped = 0
    while True:
        old = await _runs(client, deployment_id, _DONE, ended_before=before, most=_PAGE)
        deleted = sum([await _delete(client, run) for run in old])
        dropped += deleted
        if not deleted:
            return dropped


async def _runs(
    client: PrefectClient,
    deployment_id: Sequence[UUID],
    states: Sequence[StateType],
    *,
    due_before: datetime | None = None,
    ended_before: datetime | None = None,
    most: int | None = None,
) -> list[FlowRun]:
    """Runs in these states, page by page, oldest first."""
    wanted = FlowRunFilter(
        deployment_id=FlowRunFilterDeploymentId(any_=list(deployment_id)),
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=list(states))),
        expected_start_time=FlowRunFilterExpectedStartTime(before_=due_before)  # type: ignore[arg-type]
        if due_before
        else None,
        end_time=FlowRunFilterEndTime(before_=ended_before) if ended_before else None,  # type: ignore[arg-type]
    )
    found: list[FlowRun] = []
    while True:
        page = await client.read_flow_runs(
            flow_run_filter=wanted,
            sort=FlowRunSort.EXPECTED_START_TIME_ASC,
            limit=_PAGE,
            offset=len(found),
        )
        found += page
        if len(page) < _PAGE or (most is not None and len(found) >= most):
            return found


async def _was_active(client: PrefectClient, run: FlowRun, now: datetime) -> bool:
    """Whether the run changed state or sent a heartbeat within SILENCE_SECONDS."""
    since = now - timedelta(seconds=SILENCE_SECONDS)
    if run.state is not None and run.state.timestamp > since:
        return True
    recent = await client.read_events(
        EventFilter(
            occurred=EventOccurredFilter(since=since, until=now),  # type: ignore[arg-type]
            event=EventNameFilter(prefix=["prefect.flow-run."]),
            resource=EventResourceFilter(id=[f"prefect.flow-run.{run.id}"]),
        ),
        limit=1,
    )
    return bool(recent.events)


async def _delete(client: PrefectClient, run: FlowRun) -> bool:
    try:
        await client.delete_flow_run(run.id)
    except ObjectNotFound:
        return False  # already deleted by another process
    return True
