"""The law of imports, and what no module may do. Reads the code, runs none of it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
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
characters it and all others count as blank, the base class of expected errors, and
warehouse/tables."""

FOREIGN_TO = {
    "contracts": {"duckdb", "prefect", "spacy", "great_expectations", "pyarrow"},
    "transforms": {"duckdb", "prefect", "great_expectations", "typer", "rich", "fsspec"},
    "expectations": {"prefect", "spacy", "typer"},
    "warehouse": {"prefect", "spacy", "great_expectations", "typer", "rich"},
    "flows": set(),
}

WRAPPED_ONCE = {
    "spacy": "transforms/nlp/read.py",
    "great_expectations": "expectations/engine.py",
    "py3langid": "transforms/article/language.py",
    "courlan": "transforms/article/identity.py",
    "dateutil": "transforms/article/publication_date.py",
}
"""Libraries that exactly one module may know."""


def modules() -> list[Path]:
    return [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]


def room_of(name: str) -> str | None:
    parts = name.split(".")
    if parts[:2] in (
        ["warehouse", "contract"],
        ["warehouse", "character"],
        ["warehouse", "error"],
        ["warehouse", "tables"],
    ):
        return "contracts"
    return parts[0] if parts[0] in ROOMS else None


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


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


@pytest.mark.parametrize(("library", "owner"), WRAPPED_ONCE.items())
def test_a_library_is_known_to_one_module(library: str, owner: str) -> None:
    knowing = {
        str(path.relative_to(ROOT))
        for path in modules()
        if any(name.split(".")[0] == library for name in imports(path))
    }
    assert knowing == {owner}


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
