"""Versions: what is new, what is the same, and which comes last."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from transforms.article.version import (
    DELIVERY,
    KNOWN_RECORD,
    assign_version,
    build_article_version,
    close_version,
    compare_records,
    declared_fields,
    removed_at,
    retitled,
)
from warehouse.contract import TIMESTAMP
from warehouse.tables import ARTICLE, ARTICLE_VERSION, RECORD, STAGED_RECORD
from warehouse.tables.record import EXTRACTED_RECORD

T1 = datetime(2024, 1, 1, tzinfo=UTC)
T2 = datetime(2024, 1, 2, tzinfo=UTC)

Row = tuple[str, str, str, str, datetime | None]


Known = tuple[str, int, str, str, datetime | None]
"""Article, version, the file that gave it, what it says, and when it says it changed."""


def assigned(
    delivered: list[Row],
    known: list[Known] | None = None,
    *,
    repeats: list[Known] | None = None,
    removed: set[str] = frozenset(),  # type: ignore[assignment]
    gone: set[str] = frozenset(),  # type: ignore[assignment]
) -> list[tuple[object, ...]]:
    """File, version, whether it is the newest, and outcome of each record.

    ``known`` are the records that made versions, ``repeats`` those that repeat one.
    """
    rows = [(*record, True, record[0] in removed) for record in known or []]
    rows += [(*record, False, record[0] in removed) for record in repeats or []]
    frame = assign_version(
        pl.DataFrame([(*row, None) for row in delivered], DELIVERY, orient="row"),
        pl.DataFrame(rows, KNOWN_RECORD, orient="row"),
        {record[2] for record in [*(known or []), *(repeats or [])]} - gone,
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
    known: list[Known] = [("a", 3, "f1", "x", None), ("b", 1, "f2", "y", None)]
    rows: list[Row] = [("a", "f1", "", "x", T1), ("b", "f2", "", "new", None)]
    assert assigned(rows, known) == [("f1", 3, True, "unchanged"), ("f2", 2, True, "revised")]


def test_a_feed_that_repeats_itself_does_not_undo_a_newer_version() -> None:
    known: list[Known] = [("a", 1, "feed", "summary", T1), ("a", 2, "page", "full story", None)]
    rows: list[Row] = [("a", "feed", "item 1", "summary", T1)]
    assert assigned(rows, known) == [("feed", 2, True, "unchanged")]


def test_another_fetch_of_that_feed_does_not_undo_it_either() -> None:
    known: list[Known] = [("a", 1, "monday", "summary", T1), ("a", 2, "page", "full story", None)]
    rows: list[Row] = [("a", "tuesday", "item 1", "summary", T1)]
    assert assigned(rows, known) == [("tuesday", 1, False, "duplicate")]


def test_other_files_with_the_published_words_repeat_them() -> None:
    known: list[Known] = [("a", 1, "monday", "x", None)]
    rows: list[Row] = [("a", "tuesday", "", "x", None), ("a", "wednesday", "", "x", None)]
    assert assigned(rows, known) == [
        ("tuesday", 1, True, "duplicate"), ("wednesday", 1, True, "duplicate"),
    ]  # fmt: skip


def test_a_file_says_again_what_it_repeated_before() -> None:
    known: list[Known] = [("a", 1, "monday", "x", None)]
    repeats: list[Known] = [("a", 1, "tuesday", "x", None)]
    rows: list[Row] = [("a", "tuesday", "", "x", None)]
    assert assigned(rows, known, repeats=repeats) == [("tuesday", 1, True, "unchanged")]


def test_a_repeating_file_that_changes_revises() -> None:
    known: list[Known] = [("a", 1, "monday", "x", None)]
    repeats: list[Known] = [("a", 1, "tuesday", "x", None)]
    rows: list[Row] = [("a", "tuesday", "", "y", None)]
    assert assigned(rows, known, repeats=repeats) == [("tuesday", 2, True, "revised")]


def test_a_file_that_takes_its_change_back_makes_a_version() -> None:
    known: list[Known] = [("a", 1, "f1", "x", None), ("a", 2, "f1", "y", None)]
    assert assigned([("a", "f1", "", "x", None)], known) == [("f1", 3, True, "revised")]


def test_an_archive_that_holds_two_states_of_a_page_stays_as_it_is() -> None:
    known: list[Known] = [("a", 1, "f1", "x", T1), ("a", 2, "f1", "y", T1)]
    rows: list[Row] = [("a", "f1", "record 1", "x", T1), ("a", "f1", "record 2", "y", T1)]
    assert assigned(rows, known) == [("f1", 2, True, "unchanged"), ("f1", 2, True, "unchanged")]


def test_earlier_words_come_back_with_a_later_date_only() -> None:
    known: list[Known] = [("a", 1, "f1", "x", T1), ("a", 2, "f2", "y", T1)]
    assert assigned([("a", "f3", "", "x", T1)], known) == [("f3", 1, False, "duplicate")]
    assert assigned([("a", "f3", "", "x", T2)], known) == [("f3", 3, True, "revised")]


def test_copies_that_lag_behind_in_one_run_undo_nothing() -> None:
    rows: list[Row] = [
        ("a", "f1", "", "old", T1), ("a", "f2", "", "new", T1),
        ("a", "f3", "", "old", T1), ("a", "f4", "", "new", T1),
    ]  # fmt: skip
    assert assigned(rows) == [
        ("f1", 1, False, "loaded"),
        ("f2", 2, True, "revised"),
        ("f3", 1, False, "duplicate"),
        ("f4", 2, True, "duplicate"),
    ]


def test_a_file_that_is_back_restores_its_article() -> None:
    known: list[Known] = [("a", 1, "f1", "x", None)]
    rows: list[Row] = [("a", "f1", "", "x", None)]
    assert assigned(rows, known, removed={"a"}, gone={"f1"}) == [("f1", 1, True, "restored")]
    # Another file had kept the article meanwhile.
    assert assigned(rows, known, gone={"f1"}) == [("f1", 1, True, "restored")]


def test_another_file_restores_an_article_as_well() -> None:
    known: list[Known] = [("a", 1, "f1", "x", None)]
    rows: list[Row] = [("a", "f2", "", "x", None)]
    assert assigned(rows, known, removed={"a"}, gone={"f1"}) == [("f2", 1, True, "restored")]


def test_each_record_names_the_file_that_made_its_version() -> None:
    delivered = [("a", "f3", "", "x"), ("a", "f4", "", "y"), ("a", "f5", "", "y")]
    known = [("a", 1, "f1", "x", None, True, False), ("a", 1, "f3", "x", None, False, False)]
    frame = assign_version(
        pl.DataFrame([(*row, None, None) for row in delivered], DELIVERY, orient="row"),
        pl.DataFrame(known, KNOWN_RECORD, orient="row"),
    )
    assert frame.select("file_uri", "outcome", "first_file_uri", "is_listed").rows() == [
        ("f3", "restored", "f1", True),
        ("f4", "revised", "f4", False),
        ("f5", "duplicate", "f4", False),
    ]


def test_fetches_of_a_feed_follow_its_own_date_not_their_names() -> None:
    delivered = [("a", "f1", "", "new", T1, T2), ("a", "f2", "", "old", T1, T1)]
    frame = assign_version(
        pl.DataFrame(delivered, DELIVERY, orient="row"), pl.DataFrame(schema=KNOWN_RECORD)
    )
    assert frame.select("file_uri", "version_no", "outcome").rows() == [
        ("f1", 2, "revised"), ("f2", 1, "loaded"),
    ]  # fmt: skip


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


KNOWN = pl.Schema({**RECORD.polars_schema, "content_hash": pl.String(), "is_removed": pl.Boolean()})


def records(schema: pl.Schema, *rows: Mapping[str, object]) -> pl.DataFrame:
    """Rows that state what they are given and leave all else null."""
    return pl.DataFrame(list(rows), schema)


def compared(delivered: Sequence[Mapping[str, object]], known: pl.DataFrame) -> pl.DataFrame:
    extracted = records(EXTRACTED_RECORD.polars_schema, *delivered)
    declared = declared_fields(extracted.lazy()).collect()
    return compare_records(declared, known, known["file_uri"].unique().to_list())


def outcomes(*rows: tuple[object, ...]) -> pl.DataFrame:
    schema = {
        "article_id": pl.String(), "file_uri": pl.String(), "locator": pl.String(),
        "version_no": pl.Int32(), "is_current": pl.Boolean(), "outcome": pl.String(),
        "first_file_uri": pl.String(), "is_listed": pl.Boolean(),
    }  # fmt: skip
    return pl.DataFrame(rows, schema, orient="row")


def test_records_are_ordered_by_dates_in_whatever_writing() -> None:
    """The date of change counts before that of publication; none and an unreadable one come first,
    then that of the container decides."""
    one = {"article_id": "a", "locator": ""}
    delivered = [
        one | {"file_uri": "f1", "content_hash": "5", "modified_raw": "2 January 2024"},
        one | {"file_uri": "f2", "content_hash": "4", "published_raw": "2024-01-01T10:00:00Z"},
        one | {"file_uri": "f3", "content_hash": "1"},
        one | {"file_uri": "f4", "content_hash": "2", "published_raw": "soon",
               "issued_raw": "2024-03-01"},
        one | {"file_uri": "f5", "content_hash": "3", "issued_raw": "Sat, 02 Mar 2024 09:00 GMT"},
        one | {"file_uri": "f6", "content_hash": "6", "modified_raw": "2024-01-03",
               "published_raw": "1999-01-01"},
    ]  # fmt: skip
    assert_frame_equal(
        compared(delivered, records(KNOWN)),
        outcomes(
            ("a", "f1", "", 5, False, "revised", "f1", False),
            ("a", "f2", "", 4, False, "revised", "f2", False),
            ("a", "f3", "", 1, False, "loaded", "f3", False),
            ("a", "f4", "", 2, False, "revised", "f4", False),
            ("a", "f5", "", 3, False, "revised", "f5", False),
            ("a", "f6", "", 6, True, "revised", "f6", False),
        ),
    )


def test_a_declared_field_makes_a_version_and_a_missing_one_is_no_empty_one() -> None:
    published = {
        "article_id": "a", "version_no": 1, "file_uri": "f1", "locator": "", "content_hash": "x",
        "made_version": True, "first_file_uri": "f1", "is_removed": False,
    }  # fmt: skip
    known = records(KNOWN, published, published | {"article_id": "b", "byline": "Anna Berg"})
    delivered = [
        {"article_id": "a", "file_uri": "f1", "locator": "", "content_hash": "x"},
        {"article_id": "b", "file_uri": "f1", "locator": "", "content_hash": "x"},
        {"article_id": "a", "file_uri": "f2", "locator": "1", "content_hash": "x", "byline": ""},
        # The date of change is no field that makes a version.
        {"article_id": "a", "file_uri": "f2", "locator": "2", "content_hash": "x",
         "modified_raw": "2024-01-01"},
    ]  # fmt: skip
    assert_frame_equal(
        compared(delivered, known),
        outcomes(
            ("a", "f1", "", 1, False, "unchanged", "f1", True),
            ("b", "f1", "", 2, True, "revised", "f1", False),
            ("a", "f2", "1", 2, False, "revised", "f2", False),
            ("a", "f2", "2", 3, True, "revised", "f2", False),
        ),
        check_row_order=False,
    )


def test_no_record_is_compared_with_nothing() -> None:
    assert_frame_equal(compared([], records(KNOWN)), outcomes())


def test_a_current_version_gets_the_title_that_its_article_has_now() -> None:
    def version(article_id: str, number: int, title: str | None) -> dict[str, object]:
        return {"article_id": article_id, "version_no": number, "title": title, "text": "t"}

    current = records(
        ARTICLE_VERSION.polars_schema,
        version("a", 1, "Old"), version("b", 2, None), version("c", 1, "Lost"),
        version("d", 1, "Same"), version("e", 1, None), version("f", 1, "Of an older version"),
        version("g", 1, "No such article"),
    )  # fmt: skip
    titles = {"a": "New", "b": "Found", "c": None, "d": "Same", "e": None, "f": "Other", "h": "New"}
    article = records(
        ARTICLE.polars_schema,
        *({"article_id": key, "version_no": 2 if key in "bf" else 1, "title": title}
          for key, title in titles.items()),
    )  # fmt: skip
    expected = records(
        ARTICLE_VERSION.polars_schema,
        version("a", 1, "New"), version("b", 2, "Found"), version("c", 1, None),
    )  # fmt: skip
    assert_frame_equal(retitled(current, article), expected)
    assert_frame_equal(retitled(current.clear(), article), expected.clear())


@pytest.mark.parametrize(
    ("gone", "back", "expected"),
    [
        (["a", "b"], [], [T2, T2, T1, None]),  # one that was gone before is gone as of now
        ([], ["a", "b"], [None, None, T1, None]),
        (["a"], ["a", "c"], [T2, T1, None, None]),  # gone from one place counts
        ([], [], [None, T1, T1, None]),
    ],
)
def test_removal_is_as_of_this_run(
    gone: list[str], back: list[str], expected: list[datetime | None]
) -> None:
    article = pl.DataFrame(
        {"article_id": ["a", "b", "c", None], "removed_at": [None, T1, T1, None]},
        {"article_id": pl.String(), "removed_at": TIMESTAMP},
    )
    at = removed_at(pl.Series(gone, dtype=pl.String), pl.Series(back, dtype=pl.String), T2)
    assert_frame_equal(
        article.with_columns(at), article.with_columns(pl.Series("removed_at", expected, TIMESTAMP))
    )
    assert_frame_equal(article.clear().with_columns(at), article.clear())
