"""Every file and every record has one outcome, and the sums close."""

from datetime import UTC, datetime

import polars as pl
import pytest

from flows.session.accounts import AccountingError, settle
from flows.session.delivery import (
    KNOWN_FILE,
    Candidate,
    Delivery,
    Extracted,
    OpenedFile,
    Plan,
    Rejected,
)
from transforms.withholding import Withheld

T = datetime(2024, 1, 1, tzinfo=UTC)
HASH = "0" * 64


def opened(name: str, outcome: str | None = None, duplicate_of: str | None = None) -> OpenedFile:
    candidate = Candidate(name, name, 1, T, None)
    return OpenedFile(candidate, HASH, 1, "plain", "utf-8", outcome, duplicate_of)


def version(*rows: tuple[str, str, str]) -> pl.DataFrame:
    columns = dict.fromkeys(("file_uri", "article_id", "outcome"), pl.String())
    frame = pl.DataFrame(rows, columns, orient="row")
    return frame.with_columns(pl.lit("first").alias("first_file_uri"))


def plan(seen: int, unchanged: int = 0, gone: tuple[str, ...] = ()) -> Plan:
    rows = [(name, HASH, 1, T, "loaded", None) for name in gone]
    return Plan(seen, unchanged, (), pl.DataFrame(rows, KNOWN_FILE, orient="row"))


def delivery(plan: Plan, extracted: Extracted, version: pl.DataFrame) -> Delivery:
    return Delivery(plan, (), extracted, version)


def outcomes(file: pl.DataFrame) -> dict[str, str]:
    return dict(file.select("source_uri", "outcome").iter_rows())


def test_a_container_takes_the_best_outcome_of_its_records() -> None:
    extracted = Extracted(
        files=[opened("feed"), opened("copy", "duplicate", "feed"), opened("bad")],
        rejected=[
            Rejected("feed", "item 3", "empty_body", "No text.", None),
            Rejected("bad", None, "not_text", "A picture.", None),
        ],
        record_count=2,
    )
    accounts = settle(
        delivery(
            plan(4, unchanged=1, gone=("old",)),
            extracted,
            version(("feed", "a", "unchanged"), ("feed", "b", "revised")),
        ),
        Withheld(),
        run_id="r",
        collection="c",
    )
    accounts.balance()
    assert outcomes(accounts.file) == {
        "bad": "quarantined",
        "copy": "duplicate",
        "feed": "revised",
        "old": "removed",
    }
    assert {k: v for k, v in accounts.records.items() if v} == {
        "quarantined": 1,
        "revised": 1,
        "unchanged": 1,
    }
    reasons = dict(accounts.file.select("source_uri", "reason").iter_rows())
    assert reasons["feed"] == "1 of 3 records quarantined; first: empty_body: No text."
    assert reasons["bad"] == "not_text: A picture."


def test_an_article_that_checks_withhold_is_quarantined() -> None:
    accounts = settle(
        delivery(
            plan(1), Extracted(files=[opened("f")], record_count=1), version(("f", "a", "loaded"))
        ),
        Withheld(article={"a": "article.language.pattern"}), run_id="r", collection="c",
    )  # fmt: skip
    accounts.balance()
    assert accounts.file.select("outcome", "reason").rows() == [
        ("quarantined", "check article.language.pattern failed")
    ]
    assert accounts.records["quarantined"] == 1


def test_sums_that_do_not_close_stop_the_run() -> None:
    lost_file = settle(delivery(plan(2), Extracted(files=[opened("f")], record_count=1),
                                version(("f", "a", "loaded"))), Withheld(), run_id="r",
                       collection="c")  # fmt: skip
    with pytest.raises(AccountingError, match="2 seen and 0 gone, but 1 have an outcome"):
        lost_file.balance()
    lost_record = settle(delivery(plan(1), Extracted(files=[opened("f")], record_count=2),
                                  version(("f", "a", "loaded"))), Withheld(), run_id="r",
                       collection="c")  # fmt: skip
    with pytest.raises(AccountingError, match="2 read, but 1 have an outcome"):
        lost_record.balance()


def test_a_file_that_a_check_fails_is_quarantined_with_all_it_gave() -> None:
    accounts = settle(
        delivery(
            plan(2), Extracted(files=[opened("f"), opened("g")], record_count=3),
            version(("f", "a", "loaded"), ("f", "b", "duplicate"), ("g", "b", "loaded")),
        ),
        Withheld(article={"a": "file.format.pattern"}, file={"f": "file.format.pattern"}),
        run_id="r", collection="c",
    )  # fmt: skip
    accounts.balance()
    assert outcomes(accounts.file) == {"f": "quarantined", "g": "loaded"}


def test_a_file_that_is_gone_is_not_removed_while_a_check_keeps_its_article() -> None:
    accounts = settle(
        delivery(plan(0, gone=("old", "older")), Extracted(), version()), Withheld(),
        {"old": "article.language.pattern"}, run_id="r", collection="c",
    )  # fmt: skip
    accounts.balance()
    assert accounts.file.select("source_uri", "outcome", "reason").rows() == [
        ("old", "quarantined",
         "The file is missing, but its article is kept: check article.language.pattern failed."),
        ("older", "removed", "The file is not in the source any more."),
    ]  # fmt: skip


def test_a_file_that_repeats_one_that_is_gone_names_none() -> None:
    """It was renamed: its record is in the warehouse, but nobody has a second file of it."""
    accounts = settle(
        delivery(
            plan(1, gone=("first",)), Extracted(files=[opened("f")], record_count=1),
            version(("f", "a", "duplicate")),
        ),
        Withheld(), run_id="r", collection="c",
    )  # fmt: skip
    accounts.balance()
    assert accounts.file.select("source_uri", "outcome", "duplicate_of").rows() == [
        ("f", "duplicate", None), ("first", "removed", None),
    ]  # fmt: skip
