"""The quarantine worked from the command line: listed, shown, read again after a fix, let go."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from flows.cli import quarantine
from flows.cli.app import app
from flows.ingest import ingest_source
from flows.session.preload import Preload
from flows.session.summary import Summary
from flows.settings import Settings
from tests.conftest import ROOT, Load

NEWSHOUSE = Path(sys.executable).with_name("newshouse")
STORY = (
    "Ferry returns to the lake\n\nThe ferry sailed again on Monday after a month of repairs.\n\n"
    "“We are glad,” printed Anna Berg, who runs the pier. Tickets cost less than before.\n"
)
OTHER = STORY.replace("ferry", "tram").replace("Ferry", "Tram")

Rows = list[tuple[object, ...]]


def _query(warehouse: Path, sql: str) -> Rows:
    with duckdb.connect(str(warehouse), read_only=True) as con:
        return con.execute(sql).fetchall()


def _quarantine(warehouse: Path) -> Rows:
    return _query(
        warehouse,
        "select parse_filename(q.source_uri), q.locator, rule, q.status, r.run_id is not null "
        "from ops.quarantine q left join ops.run r on r.run_id = q.resolved_run_id order by all",
    )


def _titles(warehouse: Path) -> list[object]:
    first_line = "select split_part(text, e'\\n', 1) from article order by 1"
    return [title for (title,) in _query(warehouse, first_line)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A story, a file cut inside UTF-8, and two lines of which one is no JSON."""
    source = tmp_path / "in"
    source.mkdir()
    (source / "whole.txt").write_text(STORY, encoding="utf-8")
    (source / "cut.txt").write_bytes(OTHER.replace("glad", "日本語" * 9).encode() + b"\xe2")
    (source / "lines.jsonl").write_text(
        json.dumps({"title": "Bridge opens", "text": "The bridge opened on Tuesday at noon."})
        + '\n{"title": "Mill closes", "text": "The mill closed\n'
    )
    return source


@pytest.fixture
def cli(preload: Preload, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """The command in this process, its runs without Prefect; what it printed."""

    def run_flow(settings: Settings, again: list[str] | None = None) -> Summary:
        return ingest_source(settings, preload=preload, again=frozenset(again or ()))

    monkeypatch.setattr(quarantine, "run_flow", run_flow)

    def command(*words: str, exit_code: int = 0) -> str:
        result = CliRunner().invoke(app, ["quarantine", *words])
        assert result.exit_code == exit_code, (result.output, result.exception)
        return result.output

    return command


@pytest.mark.slow
def test_from_the_list_to_a_resolved_row(folder: Path, tmp_path: Path, load: Load) -> None:
    """The real command, as its own process, through Prefect."""
    warehouse = tmp_path / "news.duckdb"
    load(folder, warehouse)

    def command(*words: str) -> str:
        ran = subprocess.run(
            [str(NEWSHOUSE), "quarantine", *words, "--warehouse", str(warehouse)],
            capture_output=True, text=True, cwd=ROOT, timeout=240, check=False,
            env=os.environ | {"PREFECT_HOME": str(tmp_path / "prefect")},
        )  # fmt: skip
        assert (ran.returncode, ran.stderr) == (0, "")
        return ran.stdout

    listed = [json.loads(line) for line in command("list", "--format", "json").splitlines()]
    assert [(Path(r["source_uri"]).name, r["locator"], r["rule"]) for r in listed] == [
        ("cut.txt", None, "undecodable_bytes"),
        ("lines.jsonl", "line 2", "invalid_json"),
    ]
    shown = command("show", listed[1]["quarantine_id"][:8])
    assert "Mill closes" in shown
    assert "Unterminated string" in shown

    (folder / "cut.txt").write_text(OTHER, encoding="utf-8")
    assert "newshouse: published" in command("replay", listed[0]["quarantine_id"])

    assert _quarantine(warehouse) == [
        ("cut.txt", None, "undecodable_bytes", "replayed", True),
        ("lines.jsonl", "line 2", "invalid_json", "open", False),
    ]
    assert _titles(warehouse) == ["Bridge opens", "Ferry returns to the lake",
                                  "Tram returns to the lake"]  # fmt: skip

    command("discard", listed[1]["quarantine_id"])
    assert _quarantine(warehouse)[1] == ("lines.jsonl", "line 2", "invalid_json", "discarded", True)
    assert command("list", "--format", "json") == ""
    assert len(command("list", "--all", "--format", "json").splitlines()) == 2


@pytest.mark.slow
def test_a_record_of_a_container_is_read_again(
    folder: Path, tmp_path: Path, load: Load, cli: Callable[..., str]
) -> None:
    warehouse = tmp_path / "news.duckdb"
    load(folder, warehouse)
    before = cli("list", "--format", "json", "--warehouse", str(warehouse))
    identity = json.loads(before.splitlines()[1])["quarantine_id"]

    cli("replay", identity, "--warehouse", str(warehouse))
    assert _quarantine(warehouse)[1] == ("lines.jsonl", "line 2", "invalid_json", "open", False)

    path = folder / "lines.jsonl"
    path.write_text(path.read_text().rstrip("\n") + ' on Friday."}\n')
    cli("replay", identity, "--warehouse", str(warehouse))
    assert _quarantine(warehouse)[1] == ("lines.jsonl", "line 2", "invalid_json", "replayed", True)
    assert _titles(warehouse) == ["Bridge opens", "Ferry returns to the lake", "Mill closes"]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["*.txt", "cut.txt"])
def test_what_a_glob_or_a_single_file_withheld_is_read_again(
    name: str, folder: Path, tmp_path: Path, load: Load, cli: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """From another working folder, too: a source named relatively is found again."""
    warehouse = tmp_path / "news.duckdb"
    monkeypatch.chdir(folder)
    load(Path(name), warehouse)
    monkeypatch.chdir("/")
    (folder / "cut.txt").write_text(OTHER, encoding="utf-8")

    cli("replay", "--warehouse", str(warehouse))

    assert _quarantine(warehouse) == [
        ("cut.txt", None, "undecodable_bytes", "replayed", True),
    ]
    assert "Tram returns to the lake" in _titles(warehouse)
    assert "No quarantine row is open." in cli("replay", "--warehouse", str(warehouse))


@pytest.mark.slow
def test_a_higher_limit_is_a_fix(
    tmp_path: Path, load: Load, cli: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file itself stays as it is, so only a replay reads it again."""
    (tmp_path / "in").mkdir()
    long = STORY + "\n" + "Every word counts here. " * 50_000
    (tmp_path / "in" / "long.txt").write_text(long, encoding="utf-8")
    warehouse = tmp_path / "news.duckdb"
    assert load(tmp_path / "in", warehouse, max_record_mb=1).files["quarantined"] == 1
    assert load(tmp_path / "in", warehouse).files["unchanged"] == 1
    monkeypatch.setenv("NEWSHOUSE_MAX_TEXT_CHARS", "2000000")

    cli("replay", "--warehouse", str(warehouse))

    assert _quarantine(warehouse) == [("long.txt", None, "record_too_large", "replayed", True)]


@pytest.mark.slow
def test_a_mapping_is_a_fix(tmp_path: Path, load: Load, cli: Callable[..., str]) -> None:
    (tmp_path / "in").mkdir()
    record = {"kop": "Mill closes", "payload": {"tekst": "The mill closed on Friday. " * 9}}
    (tmp_path / "in" / "a.json").write_text(json.dumps(record))
    warehouse, mapping = tmp_path / "news.duckdb", tmp_path / "mapping.json"
    assert load(tmp_path / "in", warehouse).files["quarantined"] == 1
    mapping.write_text(json.dumps({"title": "kop", "body": "payload.tekst"}))

    cli("replay", "--warehouse", str(warehouse), "--mapping", str(mapping))

    assert _titles(warehouse) == ["Mill closes"]
    mapping.write_text(json.dumps({"text": "kop"}))
    wrong = cli("replay", "--mapping", str(mapping), exit_code=2)
    assert "maps text, which is no field. Fields are: title, body" in " ".join(wrong.split())


def test_an_unknown_id_is_an_error(
    folder: Path, tmp_path: Path, load: Load, cli: Callable[..., str]
) -> None:
    warehouse = tmp_path / "news.duckdb"
    load(folder, warehouse)
    printed = cli("discard", "nowhere", "--warehouse", str(warehouse), exit_code=2)
    assert "No open row begins with nowhere" in printed


@pytest.mark.slow
def test_other_bytes_of_the_same_records_are_unchanged(
    folder: Path, tmp_path: Path, load: Load
) -> None:
    warehouse = tmp_path / "news.duckdb"
    load(folder, warehouse)
    (folder / "whole.txt").write_text(STORY.replace("\n", "\r\n"), encoding="utf-8", newline="")
    lines = folder / "lines.jsonl"
    lines.write_text(lines.read_text().replace('": "', '" :  "'))
    summary = load(folder, warehouse)
    assert {name: n for name, n in summary.files.items() if n} == {"unchanged": 3}
