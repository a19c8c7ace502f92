"""What every command has: help with an example, reports for programs, no colour if not wanted."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import typer.main
from typer.testing import CliRunner, Result

from flows.cli.app import app
from tests.warehouse.made_up import START, MadeUp, add_run, made_up_run, run_id_of
from tests.warehouse.test_mart import first_run
from tests.warehouse.test_publish import publish_run
from warehouse import journal


def commands(command: object, *path: str) -> Iterator[tuple[str, ...]]:
    inner: dict[str, object] = getattr(command, "commands", {})
    for name, one in inner.items():
        yield from commands(one, *path, name)
    if not inner:
        yield path


COMMANDS = sorted(commands(typer.main.get_command(app)))


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_has_an_example(command: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(app, [*command, "--help"], env={"COLUMNS": "100"})
    assert shown.exit_code == 0
    assert re.search(rf"Examples?: newshouse\s+{' '.join(command)}", shown.stdout)


def test_completion_can_be_had_for_the_shells() -> None:
    for shell in ("bash", "zsh", "fish"):
        done = subprocess.run(
            [Path(sys.executable).with_name("newshouse")],
            env=os.environ | {"_NEWSHOUSE_COMPLETE": f"source_{shell}"},
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert "_NEWSHOUSE_COMPLETE=complete_" in done.stdout, done.stdout


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    warehouse = tmp_path_factory.mktemp("cli") / "news.duckdb"
    publish_run(first_run(), warehouse)
    publish_run(made_up_run(2, {"x": 1}), warehouse)
    return warehouse


def report(warehouse: Path, *command: str) -> dict[str, object]:
    done = CliRunner().invoke(app, [*command, "--format", "json", "--warehouse", str(warehouse)])
    assert done.exit_code == 0, done.output
    printed = json.loads(done.stdout)
    assert isinstance(printed, dict)
    return printed


def test_status_for_programs(warehouse: Path) -> None:
    printed = report(warehouse, "status")
    assert set(printed) == {
        "warehouse", "tables", "runs", "failed_checks", "open_quarantine", "damaged", "set_aside",
        "held_by",
    }  # fmt: skip
    assert printed["warehouse"] == str(warehouse)
    assert isinstance(printed["tables"], dict)
    assert printed["tables"]["main.article"] == 8
    assert isinstance(printed["runs"], list)
    assert [run["status"] for run in printed["runs"]] == ["published"] * 2
    assert printed["held_by"] is None


def test_status_shows_why_the_last_run_failed_though_it_published_nothing(
    tmp_path: Path,
) -> None:
    warehouse = tmp_path / "news.duckdb"
    publish_run(first_run(), warehouse)
    run = MadeUp(run_id_of(2))
    add_run(run, START + timedelta(days=1), status="failed")
    run.rows["run"][0]["message"] = "The disk is full."
    run.add("check_result", run_id=run.run_id, check_id="article.language.in_force",
            severity="quarantine", success=False, failed_count=3, checked_count=20)  # fmt: skip
    journal.write(warehouse, run.run_id, dict(run.frames()))

    printed = report(warehouse, "status")

    assert isinstance(printed["runs"], list)
    assert [(run["status"], run["message"]) for run in printed["runs"]] == [
        ("failed", "The disk is full."), ("published", None),
    ]  # fmt: skip
    assert isinstance(printed["failed_checks"], list)
    assert [(c["check_id"], c["failed_count"]) for c in printed["failed_checks"]] == [
        ("article.language.in_force", 3)
    ]
    shown = CliRunner().invoke(app, ["status", "--warehouse", str(warehouse)])
    assert f"The last run, {run.run_id}: The disk is full." in shown.stderr


def test_snapshots_for_programs(warehouse: Path) -> None:
    printed = report(warehouse, "snapshots", "list")["snapshots"]
    assert isinstance(printed, list)
    (snapshot,) = printed
    assert snapshot["path"].endswith(f"{snapshot['name']}.duckdb")


def test_check_for_programs(seed_warehouse: Path) -> None:
    printed = report(seed_warehouse, "check")
    assert printed["critical"] == 0
    assert isinstance(printed["failed_checks"], list)
    assert int(str(printed["passed"])) + len(printed["failed_checks"]) == printed["checks"]


def test_one_question_at_a_time(warehouse: Path) -> None:
    def asked(query: str) -> Result:
        return CliRunner().invoke(app, ["sql", query, "--warehouse", str(warehouse)])

    two = asked("select 1; select 2")
    assert (two.exit_code, two.stdout) == (2, "")
    assert "These are 2 queries" in two.stderr
    assert "7" in asked("set variable n = 7; select getvariable('n') as n").stdout


def on_a_terminal(*command: str, **environment: str) -> str:
    """What the command shows on a terminal of its own."""
    leader, follower = pty.openpty()
    words = [sys.executable, "-m", "flows.main", *command]
    clean = {name: value for name, value in os.environ.items()
             if name not in ("NO_COLOR", "FORCE_COLOR", "TERM")}  # fmt: skip
    with subprocess.Popen(
        words, stdout=follower, stderr=follower, stdin=subprocess.DEVNULL,
        env=clean | {"TERM": "xterm-256color"} | environment,
    ) as process:  # fmt: skip
        os.close(follower)
        shown = b""
        while True:
            try:
                part = os.read(leader, 65536)
            except OSError:
                break
            if not part:
                break
            shown += part
        process.wait(timeout=120)
    os.close(leader)
    return shown.decode()


_COLOUR = re.compile(r"\x1b\[(?:\d+;)*(?:3|4|9|10)\d(?:;\d+)*m")


def test_no_color_is_honoured(warehouse: Path) -> None:
    asked = ("search", "harbour", "--warehouse", str(warehouse))
    assert _COLOUR.search(on_a_terminal(*asked))
    plain = on_a_terminal(*asked, NO_COLOR="1")
    assert "Harbour" in plain
    assert not _COLOUR.search(plain)
