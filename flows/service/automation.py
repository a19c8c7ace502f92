"""Builds and registers the alarms and triggers of the deployments as Prefect automations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import StateType
from prefect.events.actions import ActionTypes, CallWebhook, ChangeFlowRunState, RunDeployment
from prefect.events.actions import SendNotification as Notify
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture
from prefect.exceptions import ObjectNotFound

from flows.service.deployment import ARRIVED
from flows.service.plan import ServiceRefused
from flows.service.sweep import SILENCE_SECONDS

ALARMS = {
    "failed": {"prefect.state-type": "FAILED"},
    "crashed": {"prefect.state-type": "CRASHED"},
    "late": {"prefect.state-name": "Late"},
}
"""Alarms by kind, with the states that trigger them: by type, as a state may have any name."""

_NO_HEARTBEAT, _FILES_ARRIVED = "no heartbeat", "files arrived"
KINDS = (_NO_HEARTBEAT, _FILES_ARRIVED, *ALARMS)

Labels = dict[str, str | list[str]]

SUBJECT = "newshouse: {{ flow.name }} %s"
BODY = """{{ flow_run.name }}
{{ flow_run.state.name }}: {{ flow_run.state.message }}
{{ flow_run|ui_url }}"""


@dataclass(frozen=True)
class NotificationBlock:
    """A Prefect block that notifies people: a notification block or a webhook."""

    block_id: UUID
    is_webhook: bool

    def action_for(self, what: str) -> ActionTypes:
        """The action that notifies of a run; ``what`` describes its state."""
        if self.is_webhook:
            return CallWebhook(block_document_id=self.block_id, payload=_WEBHOOK_PAYLOAD % what)
        return Notify(block_document_id=self.block_id, subject=SUBJECT % what, body=BODY)


_WEBHOOK_PAYLOAD = """{
  "what": "%s",
  "flow": {{ flow.name | tojson }},
  "run": {{ flow_run.name | tojson }},
  "state": {{ flow_run.state.name | tojson }},
  "message": {{ flow_run.state.message | tojson }},
  "url": {{ flow_run | ui_url | tojson }}
}"""


async def find_notification_block(client: PrefectClient, block: str) -> NotificationBlock:
    """The block ``type/name``. Raises ServiceRefused if it is missing or cannot notify."""
    slug, name = (part for part in block.split("/") if part)
    try:
        found = await client.read_block_document_by_name(name, slug)
    except ObjectNotFound:
        raise ServiceRefused(
            f"--notify {block}: this server has no such block. `prefect block ls` lists those it "
            "has; make one in the UI under Blocks, or with `prefect block create`."
        ) from None
    abilities = found.block_schema.capabilities if found.block_schema else []
    if slug != "webhook" and "notify" not in abilities:
        raise ServiceRefused(
            f"--notify {block}: a block of this type sends no messages. Name a notification block "
            "(such as slack-webhook/desk) or a webhook."
        )
    return NotificationBlock(found.id, is_webhook=slug == "webhook")


def automation_name(name: str, kind: str) -> str:
    """Name of an automation of a served source."""
    return f"newshouse {name}: {kind}"


def automations(
    name: str, deployment_id: Mapping[str, UUID], *, block: NotificationBlock | None
) -> list[AutomationCore]:
    """The automations of a served source. ``deployment_id`` maps flow names to deployments."""
    ours: Labels = {
        "prefect.resource.role": "deployment",
        "prefect.resource.id": [f"prefect.deployment.{one}" for one in deployment_id.values()],
    }
    wanted = [_no_heartbeat(name, ours), _files_arrived(name, deployment_id["ingest"])]
    if block is not None:
        wanted += [_alarm(name, kind, ours, block) for kind in ALARMS]
    return wanted


def _no_heartbeat(name: str, ours: Labels) -> AutomationCore:
    return AutomationCore(
        name=automation_name(name, _NO_HEARTBEAT),
        description="Marks a run as crashed when it sends no heartbeat any more.",
        trigger=EventTrigger(
            posture=Posture.Proactive,
            match={"prefect.resource.id": "prefect.flow-run.*"},
            match_related=ours,
            for_each={"prefect.resource.id"},
            after={"prefect.flow-run.heartbeat"},
            # Any event of the run counts: states that end it may have any name.
            expect={"prefect.flow-run.*"},
            threshold=1,
            within=timedelta(seconds=SILENCE_SECONDS),
        ),
        actions=[
            ChangeFlowRunState(
                state=StateType.CRASHED,
                name="Crashed",
                message=f"No heartbeat for {SILENCE_SECONDS} s: the run's process was killed, or "
                "its machine stopped.",
                force=False,
            )
        ],
    )


def _files_arrived(name: str, ingest_id: UUID) -> AutomationCore:
    return AutomationCore(
        name=automation_name(name, _FILES_ARRIVED),
        description=f"Starts a run for each event {ARRIVED}.",
        trigger=EventTrigger(
            posture=Posture.Reactive,
            match={"prefect.resource.id": source_resource(name)},
            expect={ARRIVED},
            threshold=1,
            within=timedelta(0),
        ),
        actions=[
            RunDeployment(
                source="selected", deployment_id=ingest_id, parameters=None, job_variables=None
            )
        ],
    )


def source_resource(name: str) -> str:
    """The id by which events name a served source."""
    return f"newshouse.source.{name}"


def _alarm(name: str, kind: str, ours: Labels, block: NotificationBlock) -> AutomationCore:
    return AutomationCore(
        name=automation_name(name, kind),
        description=f"Notifies of every run that is {kind}.",
        trigger=EventTrigger(
            posture=Posture.Reactive,
            match={"prefect.resource.id": "prefect.flow-run.*", **ALARMS[kind]},
            match_related=ours,
            for_each={"prefect.resource.id"},
            expect={"prefect.flow-run.*"},
            threshold=1,
            within=timedelta(0),
        ),
        actions=[block.action_for(kind)],
    )


async def register(client: PrefectClient, name: str, wanted: Sequence[AutomationCore]) -> None:
    """Create, update or remove the automations of a name so that they match ``wanted``.

    A paused automation stays paused.
    """
    by_name = {automation.name: automation for automation in wanted}
    for kind in KINDS:
        called = automation_name(name, kind)
        there = await client.read_automations_by_name(called)
        automation = by_name.get(called)
        if automation is not None and there:
            kept = automation.model_copy(update={"enabled": there[0].enabled})
            await client.update_automation(there[0].id, kept)
        elif automation is not None:
            await client.create_automation(automation)
        for surplus in there[1:] if automation is not None else there:
            await client.delete_automation(surplus.id)
