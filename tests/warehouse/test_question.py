"""The worked questions, asked of the seeds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.cli.app import app
from tests.warehouse.made_up import START, MadeUp, add_run, run_id_of
from tests.warehouse.test_publish import publish_run
from warehouse.connect import open_reader
from warehouse.question import Question, load_questions

QUESTIONS = load_questions()
every_question = pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q.name)


def test_there_are_fifteen() -> None:
    assert len(QUESTIONS) == 15


@every_question
def test_a_question_asks_and_says_how_to_read_the_answer(question: Question) -> None:
    assert question.asks.endswith("?")
    assert question.asks.count("?") == 1
    assert question.reading.startswith("For ")
    assert question.reading.endswith(".")
    assert question.select.upper().startswith(("SELECT", "WITH"))


@every_question
def test_the_seeds_answer_it(question: Question, seed_warehouse: Path) -> None:
    con = open_reader(seed_warehouse, with_search=True)
    answer = con.execute(question.select).pl()
    again = con.execute(question.select).pl()
    con.close()

    assert answer.height > 0
    assert answer.width > 2
    assert answer.equals(again)
    assert not any(answer[name].null_count() == answer.height for name in answer.columns)


def test_an_empty_warehouse_is_asked_without_error(tmp_path: Path) -> None:
    run = MadeUp(run_id_of(1))
    add_run(run, START)
    publish_run(run, tmp_path / "news.duckdb")
    con = open_reader(tmp_path / "news.duckdb", with_search=True)
    answers = {q.name: con.execute(q.select).fetchall() for q in QUESTIONS}
    con.close()
    assert not any(answers.values())


def test_the_command_lists_answers_and_shows(seed_warehouse: Path) -> None:
    def ask(*given: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, ["questions", *given])
        return done.exit_code, done.stdout

    code, listed = ask()
    assert code == 0
    assert all(question.name in listed for question in QUESTIONS)
    code, answer = ask("who_is", "--warehouse", str(seed_warehouse), "--format", "json")
    assert code == 0
    assert set(json.loads(answer.splitlines()[0])) == {
        "name", "entity_type", "stories", "articles", "mentions",
    }  # fmt: skip
    code, shown = ask("who_is_in_the_news", "--sql")
    assert (code, shown.startswith("-- Who and what is in the news most?\nSELECT")) == (0, True)
    assert ask("who") == (2, "")
    assert ask("why") == (2, "")
