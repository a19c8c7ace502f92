"""What is refused before anything is started, in one line."""

from __future__ import annotations

import socket
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from prefect.client.schemas.schedules import CronSchedule, IntervalSchedule

from flows.cli.serve import duration
from flows.service.plan import ServicePlan, ServiceRefused, address_to_ask
from flows.settings import Settings

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"cron": "every day"}, "not a cron line"),
        ({"cron": "61 * * * *"}, "not a cron line"),
        ({"cron": ""}, "not a cron line"),
        # One for a day that never comes would stop the server's scheduler.
        ({"cron": "0 0 31 2 *"}, "no such day in any year"),
        ({"timezone": "Mars/Olympus"}, "no such time zone"),
        ({"timezone": " "}, "no such time zone"),
        ({"timezone": "../etc/passwd"}, "no such time zone"),
        ({"every": timedelta(minutes=1), "cron": "0 6 * * *"}, "not both"),
        ({"notify": "desk"}, "type/name"),
        ({"name": "a/b"}, "without / and %"),
    ],
)
def test_what_cannot_be_served_is_refused(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ServiceRefused) as refused:
        ServicePlan(Settings(), **wrong)
    assert message in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1


def test_a_plan_says_when_runs_come_due() -> None:
    daily = ServicePlan(Settings(), cron="0 6 * * MON-FRI", timezone="Europe/Berlin")
    assert daily.schedule() == CronSchedule(cron="0 6 * * MON-FRI", timezone="Europe/Berlin")
    assert not daily.at_once
    often = ServicePlan(Settings(), every=timedelta(minutes=15)).schedule()
    assert isinstance(often, IntervalSchedule)
    assert often.interval == timedelta(minutes=15)
    assert ServicePlan(Settings(), watch=True).schedule() is None


@pytest.mark.parametrize(
    ("host", "asked"),
    [
        ("127.0.0.1", "http://127.0.0.1:4200"),
        ("0.0.0.0", "http://127.0.0.1:4200"),
        ("::1", "http://[::1]:4200"),
    ],
)
def test_a_server_is_asked_where_it_listens(host: str, asked: str) -> None:
    assert address_to_ask(host, 4200) == asked


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("15m", 900), ("6h", 21600)])
def test_time_spans(text: str, seconds: int) -> None:
    assert duration(text) == timedelta(seconds=seconds)


def serve(*words: str) -> tuple[int, str]:
    ended = subprocess.run(
        [sys.executable, "-m", "flows.main", "serve", *words],
        cwd=ROOT, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    return ended.returncode, ended.stderr.strip()


def test_a_taken_port_is_refused_at_once(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        code, message = serve(
            str(tmp_path), "--port", port, "--warehouse", str(tmp_path / "w.duckdb")
        )
    assert code == 2
    assert message.startswith(f"Port {port} on 127.0.0.1 cannot be used (Address already in use).")
    assert len(message.splitlines()) == 1


def test_a_wrong_cron_line_costs_one_line(tmp_path: Path) -> None:
    code, message = serve(str(tmp_path), "--cron", "never")
    assert (code, len(message.splitlines())) == (2, 1)
    assert "not a cron line" in message
