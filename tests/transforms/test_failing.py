"""What makes a piece of work fail is found in few attempts, and nothing else is blamed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import polars as pl
import pytest

from transforms.block.paragraph import paragraph_id
from transforms.failing import find_failing
from transforms.nlp.paragraph_reading import annotate_skipping_failures
from transforms.nlp.pipeline import Passage, PipelineMissing, Reading
from transforms.nlp.read import annotate, blank_pipeline
from warehouse.tables.paragraph import PARAGRAPH, UNREAD


class _Refusing:
    """An attempt that fails with some numbers, and counts how many it was given in all."""

    def __init__(self, *bad: int) -> None:
        self.bad = bad
        self.given = 0

    def __call__(self, numbers: Sequence[int]) -> None:
        self.given += len(numbers)
        for number in numbers:
            if number in self.bad:
                raise ValueError(f"{number} is odd\nand more")


def test_two_bad_ones_of_a_thousand_are_found_with_little_more_work_than_all_costs() -> None:
    attempt = _Refusing(17, 801)
    found = find_failing(range(1000), attempt, ValueError("17 is odd"))
    assert found == {17: "ValueError: 17 is odd", 801: "ValueError: 801 is odd"}
    assert attempt.given < 4 * 1000


def test_where_nothing_alone_fails_nothing_is_blamed() -> None:
    def only_together(numbers: Sequence[int]) -> None:
        if len(numbers) == 4:
            raise ValueError("too many")

    assert find_failing(range(4), only_together, ValueError("too many")) == {}


def test_where_all_fail_all_are_named_in_no_more_than_log_n_attempts_at_each() -> None:
    attempt = _Refusing(*range(1000))
    found = find_failing(range(1000), attempt, ValueError("0 is odd"))
    assert len(found) == 1000
    assert attempt.given < 10.1 * 1000


def test_what_polars_panics_at_is_found_too() -> None:
    def attempt(numbers: Sequence[int]) -> None:
        if 3 in numbers:
            raise pl.exceptions.PanicException("index out of bounds")

    assert list(find_failing(range(8), attempt, pl.exceptions.PanicException("x"))) == [3]


@pytest.mark.parametrize("problem", [MemoryError(), OSError(28, "no space"), PipelineMissing("x")])
def test_what_the_machine_is_to_blame_for_is_raised(problem: Exception) -> None:
    with pytest.raises(type(problem)):
        find_failing([1, 2], _Refusing(), problem)


def test_a_paragraph_that_a_pipeline_fails_on_is_marked_and_the_others_are_read() -> None:
    class Failing:
        component = blank_pipeline("en").component
        language = "en"

        def read(self, passages: Iterable[Passage]) -> Iterator[Reading]:
            for passage in passages:
                if "boom" in passage.text:
                    raise KeyError("boom")
                yield from blank_pipeline("en").read([passage])

    texts = ("The bridge opened. It rained.", "A boom was heard.", "Nobody came.")
    paragraph = PARAGRAPH.conform(
        pl.DataFrame({
            "paragraph_id": [paragraph_id("en", text) for text in texts],
            "language": ["en"] * 3, "text": texts,
        })
    )  # fmt: skip
    good = paragraph.filter(~pl.col("text").str.contains("boom"))

    found = annotate_skipping_failures({"en": Failing()}, paragraph)

    marked = pl.col("token_count") == UNREAD
    read = annotate({"en": blank_pipeline("en")}, good)
    assert found["paragraph_sentence"].filter(~marked).equals(read["paragraph_sentence"])
    assert found["paragraph_sentence"].filter(marked).rows() == [
        (paragraph_id("en", texts[1]), 0, 0, 17, UNREAD)
    ]
    assert found["paragraph_span"].rows() == [
        (paragraph_id("en", texts[1]), 0, 17, "KeyError: 'boom'", None)
    ]
