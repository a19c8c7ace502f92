"""What a run opens, what it leaves alone, and what it takes for gone."""

from datetime import UTC, datetime

import polars as pl
import pytest

from flows.session.delivery import KNOWN_FILE, Plan, id_of_unread
from flows.stages.discover import LISTING, EmptyListing, plan_run

T1 = datetime(2024, 1, 1, tzinfo=UTC)
T2 = datetime(2024, 1, 2, tzinfo=UTC)


def listing(*rows: tuple[str, int, datetime]) -> pl.DataFrame:
    return pl.DataFrame([(f"/c/{n}", n, size, at) for n, size, at in rows], LISTING, orient="row")


def known(*rows: tuple[str, str, int, datetime, str, str | None]) -> pl.DataFrame:
    return pl.DataFrame([(f"/c/{r[0]}", *r[1:]) for r in rows], KNOWN_FILE, orient="row")


def opened(plan: Plan) -> list[tuple[str, str | None]]:
    return [(c.relative_path, c.known_file_id) for c in plan.candidates]


KNOWN = known(("a", "ha", 5, T1, "loaded", None), ("b", "hb", 6, T1, "quarantined", None))


def test_same_size_and_time_is_not_opened() -> None:
    plan = plan_run(listing(("a", 5, T1), ("b", 6, T1)), KNOWN, whole=True, allow_empty=False)
    assert (plan.files_seen, plan.files_unchanged, opened(plan)) == (2, 2, [])


def test_new_and_changed_files_are_opened() -> None:
    plan = plan_run(
        listing(("a", 5, T2), ("b", 7, T1), ("c", 1, T1)), KNOWN, whole=True, allow_empty=False
    )
    assert opened(plan) == [("a", "ha"), ("b", "hb"), ("c", None)]


def test_a_file_asked_for_is_opened_again() -> None:
    plan = plan_run(
        listing(("a", 5, T1), ("b", 6, T1)), KNOWN, whole=True, allow_empty=False, again=["/c/b"]
    )
    assert opened(plan) == [("b", None)]


def test_missing_files_of_a_whole_collection_are_gone() -> None:
    seen = listing(("a", 5, T1))
    assert plan_run(seen, KNOWN, whole=True, allow_empty=False).gone["source_uri"].to_list() == [
        "/c/b"
    ]
    assert plan_run(seen, KNOWN, whole=False, allow_empty=False).gone.is_empty()


def test_an_empty_listing_is_not_believed() -> None:
    with pytest.raises(EmptyListing, match="2 files of this collection are known"):
        plan_run(listing(), KNOWN, whole=True, allow_empty=False)
    assert plan_run(listing(), KNOWN, whole=True, allow_empty=True).gone.height == 2


def test_a_copy_outlives_its_original() -> None:
    both = known(("a", "h", 5, T1, "loaded", None), ("z", "h", 5, T1, "duplicate", "/c/a"))
    there = plan_run(listing(("a", 5, T1), ("z", 5, T1)), both, whole=True, allow_empty=False)
    assert opened(there) == []
    gone = plan_run(listing(("z", 5, T1)), both, whole=True, allow_empty=False)
    assert opened(gone) == [("z", "h")]
    assert gone.candidates[0].known_copy_of == "/c/a"


def test_a_removed_file_that_is_back_is_new() -> None:
    removed = known(("a", "ha", 5, T1, "removed", None))
    plan = plan_run(listing(("a", 5, T1)), removed, whole=True, allow_empty=False)
    assert opened(plan) == [("a", None)]
    assert plan.gone.is_empty()


def test_a_file_that_could_not_be_read_is_opened_by_every_run() -> None:
    unread = known(("a", id_of_unread("/c/a"), 5, T1, "quarantined", None))
    refused = known(("a", "ha", 5, T1, "quarantined", None))
    seen = listing(("a", 5, T1))
    assert opened(plan_run(seen, unread, whole=True, allow_empty=False)) == [
        ("a", id_of_unread("/c/a"))
    ]
    assert opened(plan_run(seen, refused, whole=True, allow_empty=False)) == []
