"""What merges, corrections of type and blocked names make of rows that name entities."""

from __future__ import annotations

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from transforms.entity.merge import carried_merges, carry_merges
from warehouse.contract import Contract, ForeignKey, Lifecycle, text, whole

TO_ENTITY = ("entity", ("entity_id",))
QUOTE = Contract(
    name="quote",
    schema="main",
    layer="article",
    lifecycle=Lifecycle.ARTICLE,
    grain="One quote.",
    columns=(
        text("article_id", "Article."),
        whole("quote_no", "Position."),
        text("entity_id", "Who speaks, where known.", nullable=True),
        text("entity_type", "What the speaker is."),
        text("about_id", "Of whom; never null."),
    ),
    key=("article_id", "quote_no"),
    foreign_keys=(ForeignKey(("entity_id",), *TO_ENTITY), ForeignKey(("about_id",), *TO_ENTITY)),
)
MERGE = {name: pl.String() for name in ("entity_id", "into_entity_id", "kind")}
TYPES = pl.DataFrame(
    [("ann", "person"), ("bo", "person"), ("port", "facility")],
    {"entity_id": pl.String(), "entity_type": pl.String()},
    orient="row",
)


def quotes(*rows: tuple[str, int, str | None, str, str]) -> pl.DataFrame:
    return pl.DataFrame(rows, QUOTE.polars_schema, orient="row")


def merges(*rows: tuple[str, str, str]) -> pl.DataFrame:
    return pl.DataFrame(rows, MERGE, orient="row")


def test_every_column_that_names_an_entity_follows_a_merge() -> None:
    rows = quotes(
        ("b", 0, "anna", "person", "bo"),
        ("a", 1, None, "person", "anna"),  # nobody is known to speak: stays so
        ("a", 0, "bo", "person", "anna"),
    )
    carried = carry_merges(QUOTE, rows, merges(("anna", "ann", "merge")), TYPES)
    assert_frame_equal(
        carried,
        quotes(
            ("a", 0, "bo", "person", "ann"),
            ("a", 1, None, "person", "ann"),
            ("b", 0, "ann", "person", "bo"),
        ),
    )


def test_a_blocked_entity_is_named_only_where_the_column_may_not_be_null() -> None:
    rows = quotes(("a", 0, "bo", "person", "bo"), ("a", 1, "ann", "person", "ann"))
    carried = carry_merges(QUOTE, rows, merges(("bo", "bo", "block")), TYPES)
    assert_frame_equal(
        carried, quotes(("a", 0, None, "person", "bo"), ("a", 1, "ann", "person", "ann"))
    )


def test_an_entity_merged_into_a_blocked_one_is_named_no_more() -> None:
    rows = quotes(("a", 0, "anna", "person", "bo"))
    both = merges(("anna", "ann", "merge"), ("ann", "ann", "block"))
    assert_frame_equal(
        carry_merges(QUOTE, rows, both, TYPES), quotes(("a", 0, None, "person", "bo"))
    )


def test_the_type_is_that_of_the_entity_now() -> None:
    rows = quotes(
        ("a", 0, "port", "place", "bo"),  # a correction made it a facility
        ("a", 1, "harbour", "place", "bo"),  # merged into one of another type
        ("a", 2, "gone", "place", "bo"),  # no such entity: as it was
        ("a", 3, None, "place", "bo"),
    )
    both = merges(("port", "port", "retype"), ("harbour", "port", "merge"))
    assert_frame_equal(
        carry_merges(QUOTE, rows, both, TYPES),
        quotes(
            ("a", 0, "port", "facility", "bo"),
            ("a", 1, "port", "facility", "bo"),
            ("a", 2, "gone", "place", "bo"),
            ("a", 3, None, "place", "bo"),
        ),
    )


@pytest.mark.parametrize("rows", [quotes(), quotes(("a", 0, "ann", "person", "bo"))])
def test_nothing_changes_without_merges_or_rows(rows: pl.DataFrame) -> None:
    assert_frame_equal(carry_merges(QUOTE, rows, merges(), TYPES.clear()), rows)
    assert_frame_equal(carry_merges(QUOTE, rows.clear(), merges(("ann", "bo", "merge")), TYPES),
                       rows.clear())  # fmt: skip


def test_names_and_parted_entities_are_no_reason_to_change_rows() -> None:
    every = merges(*(("a", "b", kind) for kind in ("merge", "split", "rename", "retype", "block")))
    assert carried_merges(every)["kind"].to_list() == ["merge", "retype", "block"]
    assert_frame_equal(carried_merges(every.clear()), every.clear())
