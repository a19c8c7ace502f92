"""Stories of `transforms/mention/title_role.py` and of the words it reads."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from transforms.mention.title_role import role_after, role_before, strip_titles
from transforms.name.word import NameWordError, NameWords, read_name_words

REFERENCE = Path(__file__).parents[3] / "seeds" / "reference"


@pytest.fixture(scope="module")
def words() -> NameWords:
    return read_name_words(pl.read_csv(REFERENCE / "name_words.csv", infer_schema=False))


@pytest.mark.parametrize(
    ("before", "role"),
    [
        pytest.param("said Sen. ", "Sen.", id="an abbreviated rank"),
        pytest.param("the former prime minister ", "former prime minister", id="with modifiers"),
        pytest.param("Lt. Gen. ", "Lt. Gen.", id="two ranks"),
        pytest.param("we miss ", None, id="a verb that looks like a form of address"),
        pytest.param("under President ", "President", id="no preposition"),
        pytest.param("a vice ", None, id="a modifier without an office"),
        pytest.param("the minister, ", None, id="a comma parts them"),
    ],
)
def test_titles_before_a_name(words: NameWords, before: str, role: str | None) -> None:
    text = f"{before}Kowal"
    assert role_before(text, len(before), 0, words) == role


@pytest.mark.parametrize(
    ("after", "role"),
    [
        pytest.param(", the Swiss foreign minister, said", "foreign minister", id="apposition"),
        pytest.param(
            ", Putin’s foreign policy adviser, told", "foreign policy adviser", id="whose"
        ),
        pytest.param(", chief executive of Acme,", "chief executive", id="of two words"),
        pytest.param(", chief financial officer,", "chief financial officer", id="of three words"),
        pytest.param(", who left", None, id="a clause"),
        pytest.param(" met the minister", None, id="no comma"),
    ],
)
def test_offices_behind_a_name(words: NameWords, after: str, role: str | None) -> None:
    text = f"Kowal{after}"
    assert role_after(text, 5, len(text), words) == role


def test_titles_inside_a_span_go_to_the_role(words: NameWords) -> None:
    text = "Vice President Ada Kowal"
    assert strip_titles(text, 0, len(text), words) == (15, "Vice President")
    assert strip_titles("King", 0, 4, words) == (0, None)


@pytest.mark.parametrize(
    ("kind", "entity_type"),
    [
        pytest.param("surname", None, id="no such kind"),
        pytest.param("last_word", None, id="a typed kind without a type"),
        pytest.param("role", "person", id="a plain kind with a type"),
    ],
)
def test_a_row_that_fits_no_kind_is_refused(kind: str, entity_type: str | None) -> None:
    row = pl.DataFrame(
        {"word": ["Bank"], "kind": [kind], "entity_type": [entity_type], "reason": [""]},
        schema_overrides={"entity_type": pl.String},
    )
    with pytest.raises(NameWordError, match="'Bank'"):
        read_name_words(row)
