"""A fault in one article of twenty keeps that article out and no other, whatever check sees it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import polars as pl
import pytest

from expectations.audit import run_checks
from expectations.check import BLAME_OF_TABLE, BLAMED, Blame, CheckReport
from expectations.suite import all_checks
from flows.session.check_process import check_staged
from flows.session.summary import ChecksFailed
from flows.settings import Settings
from flows.stages.publish import publish_staged
from tests.expectations.good_rows import RIVER, RUN_ID
from tests.flows.withholding.planted import EndOfRun, Planted, end_of_run, plant, whole
from warehouse.known import Known
from warehouse.staging import open_published
from warehouse.tables import ARTICLE, CHECK_FAILURE, CHECK_RESULT, CONTRACTS, ENTITY, MENTION

CHECKS = {check.check_id: check for check in all_checks()}

NOT_ONE = {
    # Every article at one address is one too many.
    "article.url.names_one_article": 0,
    # The article of the broken id, and the one whose link leads to it.
    "article.article_id.not_null": 18,
    "article.article_id.pattern": 18,
    # The row is lost; what is left of the article is whole.
    "mention.article_id.not_null": 20,
    "mention.article_id.pattern": 20,
    "related_link.article_id.not_null": 20,
    "related_link.article_id.pattern": 20,
    # The mention stays, without entity.
    "mention.entity_id.in_entity": 20,
    "mention.entity_id.pattern": 20,
    # Files that hold no article.
    "file.duplicate_of.names_the_first": 20,
    "file.outcome.never_unchanged": 20,
    "file.outcome.quarantined_with_reason": 20,
    # A row that no file has; the files themselves have theirs.
    "file.source_uri.not_null": 20,
}
"""How many of the twenty are published where a check's fault does not cost one article."""


def _blamed_on(*blames: Blame) -> list[str]:
    return sorted(i for i, c in CHECKS.items() if c.severity != "warning" and c.blame in blames)


def _published_of_twenty(check_id: str) -> int:
    if check_id in NOT_ONE:
        return NOT_ONE[check_id]
    return 20 if check_id.startswith(("entity.", "entity_alias.", "entity_merge.")) else 19


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Planted]:
    """The warehouse of a run in which every check that something can be blamed for failed."""
    warehouse = tmp_path_factory.mktemp("planted") / "news.duckdb"
    planted = plant(CHECKS[i] for i in _blamed_on("article", "entity", "file"))
    with Known(warehouse) as known:
        run = end_of_run(planted, known, check_staged, Settings(source="in", warehouse=warehouse))
        run.withhold()
        publish_staged(run.session)
    return warehouse, planted


def test_every_table_says_what_its_rows_are_blamed_on() -> None:
    assert set(BLAME_OF_TABLE) == {contract.name for contract in CONTRACTS}


@pytest.mark.parametrize("check_id", _blamed_on("article", "entity", "file"))
def test_a_fault_in_one_of_twenty_keeps_that_one_out(
    published: tuple[Path, Planted], check_id: str
) -> None:
    warehouse, planted = published
    with duckdb.connect(str(warehouse), read_only=True) as con:
        there = {i for (i,) in con.execute("select article_id from article").fetchall()}
        rows = con.execute(
            "select source_uri, message, status from ops.quarantine where rule = ?", [check_id]
        ).fetchall()
        done = con.execute(
            "select success, action from ops.check_result where check_id = ?", [check_id]
        ).fetchone()

    assert len(there & planted.articles[check_id]) == _published_of_twenty(check_id)
    assert done == (False, "withheld")
    assert rows
    for uri, message, status in rows:
        assert uri.startswith("file:///in")
        assert f"failed {check_id}: {CHECKS[check_id].notes}" in message
        assert status == "open"


@pytest.mark.slow
def test_what_is_left_holds_every_check(published: tuple[Path, Planted]) -> None:
    con = open_published(published[0])
    assert run_checks(con, run_id=RUN_ID).blamed.rows() == []
    con.close()


Row = tuple[Blame, str | None]


def _reports(*rounds: list[Row]) -> Callable[..., CheckReport]:
    """Checks that find these rows, round by round: what each is blamed on, and its name."""
    waiting = [*rounds]

    def check(*_: object) -> CheckReport:
        found = waiting.pop(0) if waiting else []
        rows = [
            (blame, name, "article", "article.title.odd", name or "corpus", "seen", "Why.")
            for blame, name in found
        ]
        result = (RUN_ID, "article", "article.title.odd", "article", "title", "quarantine",
                  not found, None, 100, len(found), "Why.", "none")  # fmt: skip
        return CheckReport(
            pl.DataFrame([result], CHECK_RESULT.polars_schema, orient="row"),
            CHECK_FAILURE.empty(),
            pl.DataFrame(rows, BLAMED, orient="row"),
        )

    return check


@pytest.fixture
def end(tmp_path: Path) -> Iterator[Callable[..., EndOfRun]]:
    """The end of a run that brings a hundred good articles, with checks of these findings."""
    warehouse = tmp_path / "news.duckdb"
    with Known(warehouse) as known:

        def run(*rounds: list[Row], **given: float) -> EndOfRun:
            settings = Settings(source="in", warehouse=warehouse, **given)  # type: ignore[arg-type]
            return end_of_run(whole(5), known, _reports(*rounds), settings)

        yield run


def _articles(count: int) -> list[Row]:
    ids = sorted(whole(5).staged["article"]["article_id"])[:count]
    return [("article", article_id) for article_id in ids]


def _staged(run: EndOfRun) -> int:
    return run.staged(ARTICLE, "article_id").height


def test_a_check_that_fails_for_every_fourth_article_stops_the_run(
    end: Callable[..., EndOfRun],
) -> None:
    run = end(_articles(25))

    with pytest.raises(ChecksFailed) as stopped:
        run.withhold()

    message = str(stopped.value)
    assert message.startswith("article.title.odd failed for 25 of 100 articles, more than the 20%")
    assert "something systematic is wrong, and nothing was published. First: row" in message
    assert "of file:///in/1/" in message
    assert run.staged(CHECK_RESULT)["action"].to_list() == ["stopped"]
    assert _staged(run) == 100


@pytest.mark.parametrize(
    ("failing", "given"), [(20, {}), (19, {"max_withheld_share": 0.0}),
                           (90, {"max_withheld_share": 1.0})],
    ids=["just a fifth", "few whatever their share", "as the setting says"],
)  # fmt: skip
def test_a_check_that_fails_for_fewer_withholds_them(
    end: Callable[..., EndOfRun], failing: int, given: dict[str, float]
) -> None:
    run = end(_articles(failing), **given)

    run.withhold()

    assert _staged(run) == 100 - failing
    assert run.session.record.accounts is not None
    run.session.record.accounts.balance()
    empty, sent_again = 5, sum(str(name).endswith(RIVER[-5:]) for _, name in _articles(failing))
    assert run.session.record.accounts.files["quarantined"] == failing + empty + sent_again
    assert run.staged(CHECK_RESULT)["action"].to_list() == ["withheld"]


def test_what_no_article_can_be_blamed_for_stops_the_run(end: Callable[..., EndOfRun]) -> None:
    run = end([("nothing", None)], [("nothing", None)])

    with pytest.raises(ChecksFailed, match=r"^1 check failed for which no article is to bl"):
        run.withhold()

    assert _staged(run) == 100


def test_accounts_that_close_once_an_article_is_withheld_do_not_stop_the_run(
    end: Callable[..., EndOfRun],
) -> None:
    run = end([*_articles(1), ("nothing", None)])

    run.withhold()

    assert _staged(run) == 99


@pytest.mark.parametrize("rounds", [9, 10])
def test_what_shows_only_once_something_else_is_withheld_is_withheld_too(
    end: Callable[..., EndOfRun], rounds: int
) -> None:
    run = end(*([row] for row in _articles(rounds)))

    if rounds == 10:  # as many as are made, and the last one is not clean
        with pytest.raises(ChecksFailed):
            run.withhold()
    else:
        run.withhold()
        assert _staged(run) == 100 - rounds


def test_a_check_that_names_no_article_says_what_to_select(end: Callable[..., EndOfRun]) -> None:
    run = end([("article", None)], [("article", None)])

    with pytest.raises(ChecksFailed, match=r"must select article_id for its articles"):
        run.withhold()


def test_what_fails_although_it_was_withheld_stops_the_run(end: Callable[..., EndOfRun]) -> None:
    run = end(_articles(1), _articles(1))

    with pytest.raises(ChecksFailed, match=r"^1 check failed whatever was withheld"):
        run.withhold()


def test_articles_that_fail_for_an_entity_of_theirs_are_not_withheld(
    end: Callable[..., EndOfRun],
) -> None:
    planted = whole(5).staged["mention"]["entity_id"][0]
    run = end([*_articles(30), ("entity", planted)])

    run.withhold()

    assert _staged(run) == 100
    assert planted not in run.staged(MENTION)["entity_id"]
    assert planted not in run.staged(ENTITY)["entity_id"]
