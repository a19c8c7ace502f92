"""The terminal: one console for results, one for messages, errors as one line with an exit code."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Self

import duckdb
import polars as pl
import typer
from pydantic import ValidationError
from pydantic_settings import SettingsError
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from flows.session.progress import ProgressListener
from flows.settings import Settings, mistyped_variables
from warehouse import error
from warehouse.error import ExpectedError

FAILED, WRONG_USE, INTERRUPTED = error.FAILED, error.WRONG_USE, 130

_FAR = 240
"""Width of tables in a file or pipe, in characters: enough for whole ids and addresses."""

out = Console(
    highlight=False,
    soft_wrap=not sys.stdout.isatty(),
    width=None if sys.stdout.isatty() else _FAR,
)
err = Console(stderr=True, highlight=False)


def say(message: str) -> None:
    """A message for people, off the results' stream."""
    err.print(message, markup=False, soft_wrap=True)


@contextmanager
def friendly_errors() -> Iterator[None]:
    """Errors that people can act on become one line and an exit code."""
    try:
        yield
    except ExpectedError as problem:
        say(str(problem))
        raise typer.Exit(problem.exit_code) from None
    except KeyboardInterrupt:
        say("Interrupted. Finished work is kept; the next run continues from there.")
        raise typer.Exit(INTERRUPTED) from None


@contextmanager
def broken_stages() -> Iterator[None]:
    """Turn an error of a stage with its files into one line."""
    try:
        yield
    except ExpectedError:
        raise
    except (duckdb.Error, pl.exceptions.PolarsError, MemoryError, OSError) as problem:
        first_line = str(problem).partition("\n")[0] or "out of memory"
        say(f"The run failed ({first_line}). The published warehouse is unchanged. Run again.")
        raise typer.Exit(FAILED) from None


def settings_of(**given: object) -> Settings:
    """Settings from the flags that were given; a value that does not fit is wrong use."""
    for name, meant in mistyped_variables().items():
        say(f"{name} is not a setting and has no effect; did you mean {meant}?")
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as problem:
        first = problem.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        if name:
            say(f"{name}: {first['msg']} (given: {first['input']!r}).")
        else:  # settings that do not fit together
            say(first["msg"].removeprefix("Value error, "))
        raise typer.Exit(WRONG_USE) from None
    except SettingsError as problem:
        field = re.search(r'field "(\w+)"', str(problem))
        name = f"NEWSHOUSE_{field[1].upper()}" if field else "A NEWSHOUSE_ variable"
        say(f'{name}: not valid JSON. Write it as in \'{{"name": "value"}}\'.')
        raise typer.Exit(WRONG_USE) from None


class _PaceColumn(ProgressColumn):
    """``71 articles/s``; nothing where the total is not known."""

    def render(self, task: Task) -> Text:
        """The speed of the last half minute; of the whole stage once it is done."""
        speed = task.finished_speed or task.speed
        if task.total is None or not speed:
            return Text("")
        return Text(f"{speed:,.0f} {task.fields['unit']}/s", style="progress.data.speed")


class Bars(ProgressListener):
    """Progress bars on a terminal; nothing where there is none. A context manager.

    ``moved`` is called whenever a bar begins or moves; it may stop the run by raising.
    """

    def __init__(self, moved: Callable[[], None] = lambda: None) -> None:
        self._moved = moved
        self._bars = Progress(
            SpinnerColumn(finished_text="[green]✓"),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            _PaceColumn(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=err,
            disable=not err.is_terminal,
            transient=True,
        )
        self._task: TaskID | None = None
        self._unit = ""

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    def begin(self, stage: str, total: int | None, unit: str) -> None:
        """Start a bar, or a spinner where the total is not known."""
        self._moved()
        self._task = self._bars.add_task(stage, total=total, unit=unit)

    def advance(self, amount: int) -> None:
        """Move the bar."""
        self._moved()
        if self._task is not None:
            self._bars.advance(self._task, amount)

    def end(self) -> None:
        """Finish the bar."""
        if self._task is not None:
            task = self._bars.tasks[self._task]
            done = task.total if task.total is not None else max(task.completed, 1)
            self._bars.update(self._task, total=done, completed=done)
            self._task = None
