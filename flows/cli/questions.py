"""`newshouse questions`: worked questions that come with the program, to run and to start from."""

from __future__ import annotations

from typing import Annotated

import polars as pl
import typer

from flows.cli.console import WRONG_USE, out, say, settings_of
from flows.cli.query import Format, ask
from flows.cli.run import WarehouseOption
from flows.cli.table import print_table
from warehouse.question import Question, load_questions


def questions(
    name: Annotated[
        str | None, typer.Argument(help="The question to answer. Default: list all.")
    ] = None,
    show_sql: Annotated[
        bool, typer.Option("--sql", help="Print the query instead, to change it.")
    ] = False,
    warehouse: WarehouseOption = None,
    at: Annotated[str | None, typer.Option(help="Snapshot to query instead.")] = None,
    format: Annotated[  # noqa: A002 - the flag's name
        Format, typer.Option(help="table, csv, json (one object a line) or parquet.")
    ] = Format.table,
) -> None:
    """List example questions, or answer one of them from the warehouse.

    Examples: newshouse questions; newshouse questions who_is_in_the_news;
    newshouse questions who_keeps_company --sql > mine.sql
    """
    if name is None:
        listed = [(question.name, question.asks) for question in load_questions()]
        print_table(pl.DataFrame(listed, ["name", "question"], orient="row"))
        say("Answer one with: newshouse questions NAME. Its query: newshouse questions NAME --sql")
        return
    question = _named(name)
    if show_sql:
        out.print(f"-- {question.asks}\n{question.select}", markup=False, soft_wrap=True)
        return
    say(f"{question.asks} {question.reading}")
    ask(question.select, settings_of(warehouse=warehouse).warehouse, at, format)


def _named(name: str) -> Question:
    found = load_questions()
    fitting = [q for q in found if q.name == name] or [q for q in found if q.name.startswith(name)]
    if len(fitting) != 1:
        say(f"{len(fitting) or 'No'} questions are called {name}. See: newshouse questions")
        raise typer.Exit(WRONG_USE)
    return fitting[0]
