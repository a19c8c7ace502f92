"""Versions: what is new, what is the same, and which comes last."""

from datetime import UTC, datetime

import polars as pl

from transforms.article_version import (
    DELIVERY,
    KNOWN_ARTICLE,
    assign_version,
    build_article_version,
    close_version,
)
from warehouse.tables import STAGED_RECORD

T1 = datetime(2024, 1, 1, tzinfo=UTC)
T2 = datetime(2024, 1, 2, tzinfo=UTC)

Row = tuple[str, str, str, str, datetime | None]


def assigned(
    delivered: list[Row],
    known: list[tuple[str, int, str, bool]] | None = None,
    known_delivery: list[tuple[str, str, str]] | None = None,
) -> list[tuple[object, ...]]:
    frame = assign_version(
        pl.DataFrame(delivered, DELIVERY, orient="row"),
        pl.DataFrame(known or [], KNOWN_ARTICLE, orient="row"),
        pl.DataFrame(
            known_delivery or [],
            {"article_id": pl.String, "file_uri": pl.String, "fingerprint": pl.String},
            orient="row",
        ),
    )
    return frame.select("file_uri", "version_no", "is_current", "outcome").rows()


def test_first_delivery_is_loaded() -> None:
    assert assigned([("a", "f1", "", "x", None)]) == [("f1", 1, True, "loaded")]


def test_re_issue_in_the_same_run_follows_its_date_not_its_name() -> None:
    rows: list[Row] = [("a", "f1", "", "late", T2), ("a", "f2", "", "early", T1)]
    assert assigned(rows) == [("f1", 2, True, "revised"), ("f2", 1, False, "loaded")]


def test_undated_records_come_first_then_by_address() -> None:
    rows: list[Row] = [
        ("a", "f3", "", "z", T1),
        ("a", "f2", "", "y", None),
        ("a", "f1", "", "x", None),
    ]
    assert assigned(rows) == [
        ("f1", 1, False, "loaded"),
        ("f2", 2, False, "revised"),
        ("f3", 3, True, "revised"),
    ]


def test_same_words_twice_in_a_run_are_a_duplicate() -> None:
    rows: list[Row] = [("a", "f1", "", "x", None), ("a", "f2", "", "x", None)]
    assert assigned(rows) == [("f1", 1, True, "loaded"), ("f2", 1, True, "duplicate")]


def test_published_words_are_unchanged_and_new_words_revise() -> None:
    known = [("a", 3, "x", False), ("b", 1, "y", False)]
    rows: list[Row] = [("a", "f1", "", "x", T1), ("b", "f2", "", "new", None)]
    assert assigned(rows, known) == [("f1", 3, True, "unchanged"), ("f2", 2, True, "revised")]


def test_a_feed_that_repeats_itself_does_not_undo_a_newer_version() -> None:
    known = [("a", 2, "full story", False)]
    rows: list[Row] = [("a", "feed", "item 1", "summary", T1)]
    assert assigned(rows, known, [("a", "feed", "summary")]) == [("feed", 2, True, "unchanged")]


def test_a_file_that_is_back_restores_its_article() -> None:
    known = [("a", 1, "x", True)]
    assert assigned([("a", "f1", "", "x", None)], known) == [("f1", 1, True, "restored")]


def test_order_of_delivery_does_not_matter() -> None:
    rows: list[Row] = [
        ("a", "f1", "", "x", T2),
        ("b", "f2", "", "y", None),
        ("a", "f3", "", "z", T1),
    ]
    assert assigned(rows) == assigned(rows[::-1])


def staged(article_id: str, version_no: int) -> pl.DataFrame:
    row = {column.name: "" for column in STAGED_RECORD.columns if column.dtype == pl.String()}
    return pl.DataFrame(
        [row | {"article_id": article_id, "version_no": version_no, "text": f"v{version_no}"}],
        STAGED_RECORD.polars_schema,
    )


def test_versions_of_one_run_and_the_closed_one_before_them() -> None:
    records = pl.concat([staged("a", 2), staged("a", 3)])
    title = pl.DataFrame({"article_id": ["a", "a"], "version_no": [2, 3], "title": ["Old", "New"]})
    newest = pl.DataFrame({"article_id": ["a"], "newest_no": [3]})
    built = build_article_version(
        records, title.cast({"version_no": pl.Int32}), newest=newest.cast({"newest_no": pl.Int32}),
        run_id="r", collected_at=T2,
    )  # fmt: skip
    shown = ["version_no", "valid_from", "valid_to", "is_current", "title", "text"]
    assert built.select(shown).rows() == [
        (2, T2, T2, False, "Old", "v2"),
        (3, T2, None, True, "New", "v3"),
    ]
    closed = close_version(built, pl.Series(["a"]), collected_at=T2)
    assert closed.select("version_no", "valid_to", "is_current").rows() == [(3, T2, False)]
