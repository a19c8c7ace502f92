"""Which files the watch reports as arrived. Listings are passed in."""

from __future__ import annotations

from flows.service.watch import Arrivals


def test_a_file_counts_once_it_stays_the_same() -> None:
    arrivals = Arrivals()
    assert arrivals.look({"a": (10, 1)}) == {}  # may still be being written
    assert arrivals.look({"a": (20, 2)}) == {}
    assert arrivals.look({"a": (20, 2)}) == {"a": (20, 2)}


def test_a_reported_file_is_not_reported_again() -> None:
    arrivals = Arrivals()
    arrivals.look({"a": (1, 1)})
    arrivals.mark_reported(arrivals.look({"a": (1, 1)}))
    assert arrivals.look({"a": (1, 1)}) == {}
    assert arrivals.look({"a": (1, 1), "b": (2, 2)}) == {}
    assert arrivals.look({"a": (1, 1), "b": (2, 2)}) == {"b": (2, 2)}


def test_a_file_that_could_not_be_reported_is_reported_later() -> None:
    arrivals = Arrivals()
    arrivals.look({"a": (1, 1)})
    assert arrivals.look({"a": (1, 1)}) == {"a": (1, 1)}
    assert arrivals.look({"a": (1, 1)}) == {"a": (1, 1)}


def test_a_steady_stream_is_reported_while_it_lasts() -> None:
    arrivals = Arrivals()
    reported = []
    for look in range(1, 5):
        complete = arrivals.look({f"{n}": (n, n) for n in range(look)})
        arrivals.mark_reported(complete)
        reported += list(complete)
    assert reported == ["0", "1", "2"]


def test_a_missing_file_is_reported_once() -> None:
    arrivals = Arrivals(reported={"a": (1, 1), "b": (1, 1)})
    arrivals.look({"a": (1, 1)})
    assert arrivals.gone() == {"b"}
    arrivals.mark_reported({})
    arrivals.look({"a": (1, 1)})
    assert arrivals.gone() == set()


def test_a_changed_file_is_reported() -> None:
    arrivals = Arrivals(reported={"a": (1, 1)})
    arrivals.look({"a": (1, 2)})
    assert arrivals.look({"a": (1, 2)}) == {"a": (1, 2)}
