"""The law of imports, and what no module may do. Reads the code, runs none of it."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("warehouse", "transforms", "expectations", "flows")

MAY_IMPORT = {
    "contracts": {"contracts"},
    "transforms": {"transforms", "contracts"},
    "expectations": {"expectations", "contracts"},
    "warehouse": {"warehouse", "contracts"},
    "flows": {"flows", "transforms", "expectations", "warehouse", "contracts"},
}
"""Which rooms a room may import from; `contracts` is warehouse/contract.py, the
characters it and all others count as blank, the base class of expected errors, the integrity rules,
and warehouse/tables."""

MAY_IMPORT_IN_FLOWS = {
    "declared": set(),
    "version": set(),
    "settings": {"declared", "extract"},
    "sources": {"settings"},
    "extract": set(),
    "session": {"settings", "sources", "version"},
    "workers": {"session", "settings", "sources", "version"},
    "withholding": {"session", "settings"},
    "stages": {"declared", "extract", "session", "settings", "sources", "version", "withholding",
               "workers"},
    "orchestration": {"declared", "session", "settings", "sources", "stages", "workers"},
    "tasks": {"declared", "orchestration", "session", "stages", "workers"},
    "flow": {"declared", "orchestration", "session", "settings", "stages", "tasks", "version",
             "workers"},
    "service": {"flow", "orchestration", "settings", "sources", "version"},
    "explore": {"settings"},
    "cli": {"explore", "flow", "orchestration", "service", "session", "settings", "sources",
            "stages", "workers"},
    "main": {"cli", "orchestration"},
}  # fmt: skip
"""Which rooms of flows a room of flows may import from, beside itself. `flow` are the modules that
hold the flows, `declared` is the list of stages."""

FLOWS = ("check", "ingest", "rebuild", "replay_quarantine")

FOREIGN_TO = {
    "contracts": {"duckdb", "prefect", "spacy", "great_expectations", "pyarrow"},
    "transforms": {"duckdb", "prefect", "great_expectations", "typer", "rich", "fsspec"},
    "expectations": {"prefect", "spacy", "typer"},
    "warehouse": {"prefect", "spacy", "great_expectations", "typer", "rich"},
    "flows": set(),
}

WRAPPED_ONCE = {
    "spacy": "transforms/nlp/read.py",
    "py3langid": "transforms/article/language.py",
    "courlan": "transforms/article/identity.py",
    "dateutil": "transforms/article/publication_date.py",
}
"""Libraries that exactly one module may know."""

KNOWN_TO_ROOM = {"great_expectations": "expectations", "duckdb_sqlalchemy": "expectations"}
"""Libraries that modules of one folder only may know."""


def modules() -> list[Path]:
    return [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]


def room_of(name: str) -> str | None:
    parts = name.split(".")
    if parts[:2] in (
        ["warehouse", "contract"],
        ["warehouse", "character"],
        ["warehouse", "error"],
        ["warehouse", "integrity_rule"],
        ["warehouse", "tables"],
    ):
        return "contracts"
    return parts[0] if parts[0] in ROOMS else None


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@cache
def imports(path: Path) -> list[str]:
    names: list[str] = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return names


@pytest.mark.parametrize("path", modules(), ids=module_name)
def test_imports_run_one_way(path: Path) -> None:
    room = room_of(module_name(path))
    assert room is not None
    for name in imports(path):
        imported = room_of(name)
        assert imported is None or imported in MAY_IMPORT[room], f"{path} imports {name}"
        assert name.split(".")[0] not in FOREIGN_TO[room], f"{path} imports {name}"


@pytest.mark.parametrize("path", modules(), ids=module_name)
def test_no_room_imports_rigs_or_tests(path: Path) -> None:
    assert not {name.split(".")[0] for name in imports(path)} & {"rigs", "tests"}


def room_in_flows(name: str) -> str | None:
    """The room of a module of flows; null for what is none."""
    parts = name.split(".")
    if parts[0] != "flows" or len(parts) == 1:
        return None
    if parts[:3] == ["flows", "stages", "declared"]:
        return "declared"
    return "flow" if parts[1] in FLOWS else parts[1]


@pytest.mark.parametrize(
    "path", [path for path in modules() if path.is_relative_to(ROOT / "flows")], ids=module_name
)
def test_imports_within_flows_run_one_way(path: Path) -> None:
    room = room_in_flows(module_name(path))
    for name in imports(path):
        imported = room_in_flows(name)
        if room is not None and imported is not None and imported != room:
            assert imported in MAY_IMPORT_IN_FLOWS[room], f"{path} imports {name}"


@pytest.mark.parametrize(("library", "owner"), WRAPPED_ONCE.items())
def test_a_library_is_known_to_one_module(library: str, owner: str) -> None:
    knowing = {
        str(path.relative_to(ROOT))
        for path in modules()
        if any(name.split(".")[0] == library for name in imports(path))
    }
    assert knowing == {owner}


@pytest.mark.parametrize(("library", "room"), KNOWN_TO_ROOM.items())
def test_a_library_is_known_to_one_folder(library: str, room: str) -> None:
    knowing = {
        path.relative_to(ROOT).parts[0]
        for path in modules()
        if any(name.split(".")[0] == library for name in imports(path))
    }
    assert knowing == {room}


@pytest.mark.parametrize("path", modules(), ids=module_name)
def test_a_file_opens_with_what_it_holds(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text("utf-8"))), f"{path} has no docstring"


@pytest.mark.parametrize("path", modules(), ids=module_name)
def test_only_settings_read_the_environment(path: Path) -> None:
    allowed = {"flows/settings.py", "flows/main.py"}  # main sets defaults, settings read
    if str(path.relative_to(ROOT)) not in allowed:
        assert not re.search(r"\bos\.(environ|getenv)\b", path.read_text("utf-8"))


CLOCKS = re.compile(r"\b(datetime\.now|utcnow|time\.time|date\.today|random\.|open\(|read_text)\b")


@pytest.mark.parametrize(
    "path", sorted((ROOT / "transforms").rglob("*.py")), ids=lambda path: path.stem
)
def test_transforms_touch_no_clock_and_no_file(path: Path) -> None:
    assert not CLOCKS.search(path.read_text("utf-8"))
