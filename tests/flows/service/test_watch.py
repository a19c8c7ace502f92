"""What the watch takes for an arrival. Time and listing are handed in."""

from __future__ import annotations

from flows.service.watch import Arrivals


def test_a_file_counts_once_it_stays_the_same() -> None:
    arrivals = Arrivals()
    assert arrivals.look({"a": (10, 1)}) == {}  # may still be being written
    assert arrivals.look({"a": (20, 2)}) == {}
    assert arrivals.look({"a": (20, 2)}) == {"a": (20, 2)}


def test_what_was_said_is_not_said_again() -> None:
    arrivals = Arrivals()
    arrivals.look({"a": (1, 1)})
    arrivals.tell(arrivals.look({"a": (1, 1)}))
    assert arrivals.look({"a": (1, 1)}) == {}
    assert arrivals.look({"a": (1, 1), "b": (2, 2)}) == {}
    assert arrivals.look({"a": (1, 1), "b": (2, 2)}) == {"b": (2, 2)}


def test_what_could_not_be_said_is_news_again() -> None:
    arrivals = Arrivals()
    arrivals.look({"a": (1, 1)})
    assert arrivals.look({"a": (1, 1)}) == {"a": (1, 1)}
    assert arrivals.look({"a": (1, 1)}) == {"a": (1, 1)}


def test_a_steady_stream_is_told_of_while_it_lasts() -> None:
    arrivals = Arrivals()
    told = []
    for look in range(1, 5):
        news = arrivals.look({f"{n}": (n, n) for n in range(look)})
        arrivals.tell(news)
        told += list(news)
    assert told == ["0", "1", "2"]


def test_a_file_that_is_gone_is_told_of_once() -> None:
    arrivals = Arrivals(said={"a": (1, 1), "b": (1, 1)})
    arrivals.look({"a": (1, 1)})
    assert arrivals.gone() == {"b"}
    arrivals.tell({})
    arrivals.look({"a": (1, 1)})
    assert arrivals.gone() == set()


def test_a_changed_file_is_news() -> None:
    arrivals = Arrivals(said={"a": (1, 1)})
    arrivals.look({"a": (1, 2)})
    assert arrivals.look({"a": (1, 2)}) == {"a": (1, 2)}
