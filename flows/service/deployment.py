"""The Prefect deployments: flows, parameters and schedules, the same as in prefect.yaml."""

from __future__ import annotations

from typing import Any

from prefect import Flow
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.client.schemas.schedules import CronSchedule
from prefect.deployments.runner import RunnerDeployment
from prefect.types.entrypoint import EntrypointType

from flows.check import check
from flows.ingest import ingest
from flows.rebuild import rebuild
from flows.replay_quarantine import replay_quarantine
from flows.service.plan import ServicePlan
from flows.version import CODE_VERSION

TAG = "newshouse"
CHECK_CRON = "30 5 * * *"

ONE_AT_A_TIME = ConcurrencyLimitConfig(
    limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW
)
"""A run that is due while another one runs is cancelled, not queued: the next one finds all new
files anyway, and after downtime there is no burst of missed runs."""

ARRIVED = "newshouse.files.arrived"
"""The event that starts an `ingest`; see flows/service/watch.py."""


def deployments(plan: ServicePlan) -> list[RunnerDeployment]:
    """`ingest` by the plan, a daily `check`, and what is started by hand; `ingest` comes first."""
    settings = plan.settings
    warehouse = str(settings.warehouse.expanduser().resolve())
    given = settings.model_dump(mode="json", exclude_unset=True) | {
        "source": settings.source,
        "warehouse": warehouse,
        "keep_days": plan.keep_days,
    }
    daily = CronSchedule(cron=CHECK_CRON, timezone=plan.timezone)
    schedule = plan.schedule()
    return [
        _deployment(plan, ingest, {"settings": given}, schedule),
        _deployment(plan, check, {"warehouse": warehouse}, daily),
        _deployment(plan, rebuild, {"warehouse": warehouse}),
        _deployment(plan, replay_quarantine, {"warehouse": warehouse}),
    ]


def purpose(flow: Flow[..., Any]) -> str:
    """The docstring of a flow without its arguments, which the run form shows field by field."""
    return (flow.description or "").partition("\nArgs:")[0].strip()


def _deployment(
    plan: ServicePlan,
    flow: Flow[..., Any],
    parameters: dict[str, object],
    schedule: object | None = None,
) -> RunnerDeployment:
    made = flow.to_deployment(
        name=plan.deployment_name(flow.name),
        # An empty list takes away the schedule of an earlier registration; leaving it out does not.
        schedules=[] if schedule is None else [schedule],  # type: ignore[list-item]
        parameters=parameters,
        concurrency_limit=ONE_AT_A_TIME,
        tags=[TAG, flow.name],
        description=purpose(flow),
        version=CODE_VERSION,
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    assert isinstance(made, RunnerDeployment)
    return made
