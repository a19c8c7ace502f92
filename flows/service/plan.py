"""The options of `newshouse serve`, validated before anything is started."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from prefect.client.schemas.schedules import CronSchedule, IntervalSchedule
from pydantic import ValidationError

from flows.settings import Settings
from warehouse.error import WRONG_USE, ExpectedError

LOOPBACK = "127.0.0.1"
EVERYWHERE = "0.0.0.0"  # noqa: S104 # nosec B104
DEFAULT_EVERY = timedelta(minutes=15)


class ServiceRefused(ExpectedError, ValueError):
    """The options cannot be served; the message of one line says what to do."""

    exit_code = WRONG_USE


@dataclass(frozen=True)
class ServicePlan:
    """One source loaded into one warehouse by a schedule, a file watch, or both.

    Without ``every`` and ``cron`` there is no schedule. ``name`` distinguishes the deployments of
    several sources on one server; None names each after its flow. ``notify`` is a block,
    `type/name`.
    """

    settings: Settings
    every: timedelta | None = None
    cron: str | None = None
    timezone: str = "UTC"
    watch: bool = False
    keep_days: int = 30
    notify: str | None = None
    name: str | None = None
    host: str = LOOPBACK
    port: int = 4200

    def __post_init__(self) -> None:
        if self.every is not None and self.cron is not None:
            raise ServiceRefused("Give --every or --cron, not both.")
        if self.name is not None and (not self.name.strip() or set(self.name) & set("/%")):
            raise ServiceRefused(f"--name {self.name!r}: give a name without / and %.")
        if self.notify is not None and len([p for p in self.notify.split("/") if p]) != 2:
            raise ServiceRefused(
                f"--notify {self.notify!r}: write the block as type/name, as slack-webhook/desk. "
                "`prefect block ls` lists all blocks."
            )
        _refuse_time_zone(self.timezone)
        self.schedule()

    @property
    def at_once(self) -> bool:
        """Whether the first run starts now; with a cron line, it starts at the given time."""
        return self.cron is None

    def schedule(self) -> IntervalSchedule | CronSchedule | None:
        """When runs are due. Raises ServiceRefused for an invalid cron line."""
        if self.every is not None:
            return IntervalSchedule(interval=self.every, timezone=self.timezone)
        if self.cron is None:
            return None
        _refuse_cron_line(self.cron)
        return CronSchedule(cron=self.cron, timezone=self.timezone)

    def deployment_name(self, flow_name: str) -> str:
        """Name of the deployment of a flow."""
        return self.name or flow_name


def address_to_ask(host: str, port: int | str) -> str:
    """Address, without a path, to reach a server that listens on a host."""
    name = LOOPBACK if host == EVERYWHERE else host
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def _refuse_cron_line(line: str) -> None:
    """Refuse an invalid cron line, and one for a date that never comes, which stops all
    schedules."""
    try:
        CronSchedule(cron=line)
    except ValidationError:
        raise ServiceRefused(
            f"--cron {line!r}: not a cron line. Write minute, hour, day, month and weekday, "
            'such as "0 6 * * *" for every day at six.'
        ) from None
    from prefect.server.schemas.schedules import CronSchedule as ServerCronSchedule

    try:
        asyncio.run(ServerCronSchedule(cron=line, timezone="UTC").get_dates(1))
    except ValueError:
        raise ServiceRefused(f"--cron {line!r}: there is no such day in any year.") from None


def _refuse_time_zone(name: str) -> None:
    try:
        if not name.strip():
            raise ValueError("empty")
        IntervalSchedule(interval=DEFAULT_EVERY, timezone=name)
    except (ValidationError, ValueError):
        raise ServiceRefused(
            f"--timezone {name!r}: no such time zone. Give a name such as Europe/Berlin or UTC."
        ) from None
