"""A copy of the program that somebody has extended, and scripts that run in it. Proves nothing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.conftest import ROOT

_ROOMS = ("warehouse", "transforms", "expectations", "flows", "seeds/reference")


def copy_program(folder: Path) -> Path:
    """The program's code and reference tables in an empty folder, to be extended there."""
    for room in _ROOMS:
        shutil.copytree(
            ROOT / room, folder / room, ignore=shutil.ignore_patterns("__pycache__", "*.pyc")
        )
    return folder


def insert_line(file: Path, before: str, line: str) -> None:
    """Put a line before the one that begins like that; there must be exactly one."""
    lines = file.read_text("utf-8").splitlines(keepends=True)
    (place,) = (number for number, old in enumerate(lines) if old.startswith(before))
    file.write_text("".join([*lines[:place], f"{line}\n", *lines[place:]]), "utf-8")


def run_script(program: Path, script: Path, *arguments: Path) -> Any:
    """Run a script with the extended program; what it prints last, as JSON."""
    ran = subprocess.run(
        [sys.executable, str(script), *map(str, arguments)],
        cwd=program,
        env=os.environ | {"PYTHONPATH": str(program)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-2000:] + ran.stderr[-6000:]
    return json.loads(ran.stdout.splitlines()[-1])
