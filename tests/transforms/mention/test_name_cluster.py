"""Stories of `transforms/mention/name_cluster.py`: which names of an article mean one thing."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from transforms.gazetteer.lookup import load_gazetteer
from transforms.mention.name_cluster import cluster_names
from transforms.mention.page import Facts
from transforms.mention.person_form import person_groups
from transforms.name.word import read_name_words

REFERENCE = Path(__file__).parents[3] / "seeds" / "reference"


@pytest.fixture(scope="module")
def facts() -> Facts:
    read = {
        name: pl.read_csv(REFERENCE / f"{name}.csv", infer_schema=False)
        for name in ("name_words", "place_names", "demonyms")
    }
    return Facts(
        read_name_words(read["name_words"]),
        load_gazetteer(read["place_names"], read["demonyms"]),
    )


def numbered(
    facts: Facts, kind: str, texts: list[str], acronyms: dict[str, str] | None = None
) -> list[tuple[int, str]]:
    found = cluster_names([(text, kind) for text in texts], acronyms or {}, facts)
    return [(one.cluster_no, one.cluster_name) for one in found]


def test_short_forms_join_the_full_form_whichever_part_they_keep(facts: Facts) -> None:
    assert numbered(facts, "person", ["Xi", "Putin", "Xi Jinping", "Vladimir Putin", "Putin"]) == [
        (0, "Xi Jinping"),
        (1, "Vladimir Putin"),
        (0, "Xi Jinping"),
        (1, "Vladimir Putin"),
        (1, "Vladimir Putin"),
    ]


def test_two_persons_of_one_surname_leave_the_bare_surname_alone(facts: Facts) -> None:
    assert numbered(facts, "person", ["Anna Smith", "Paul Smith", "Smith", "Anna"]) == [
        (0, "Anna Smith"),
        (1, "Paul Smith"),
        (-1, "Smith"),
        (0, "Anna Smith"),
    ]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param("Vladimir V. Putin", "Vladimir Putin", True, id="a middle initial more"),
        pytest.param("V. Putin", "Vladimir Putin", True, id="an initial agrees"),
        pytest.param("George W. Bush", "George H. W. Bush", False, id="initials skipped"),
        pytest.param("John A. Doe", "John B. Doe", False, id="initials contradict"),
        pytest.param("Ted Hale Jr.", "Ted Hale", False, id="father and son"),
        pytest.param("von der Leyen", "Ursula von der Leyen", True, id="a surname of words"),
        pytest.param("López", "Andrés Manuel López Obrador", True, id="one of two surnames"),
        pytest.param("José Peña", "Jose Pena", True, id="marks are dropped in print"),
        pytest.param("Kim Jong-un", "Kim Jong Un", True, id="hyphen or blank"),
        pytest.param("Ann Lee", "Sue Lee", False, id="first names differ"),
    ],
)
def test_forms_of_one_person(facts: Facts, one: str, other: str, same: bool) -> None:
    (first, _), (second, _) = numbered(facts, "person", [one, other])
    assert (first == second) is same


def test_countries_are_one_by_their_code_and_peoples_too(facts: Facts) -> None:
    assert [no for no, _ in numbered(facts, "place", ["US", "U.S.", "United States", "UK"])] == [
        0, 0, 0, 1,
    ]  # fmt: skip
    assert [no for no, _ in numbered(facts, "group", ["American", "Americans", "European"])] == [
        0, 0, 1,
    ]  # fmt: skip


def test_organizations_join_by_acronym_and_legal_form(facts: Facts) -> None:
    texts = ["World Trade Board", "WTB", "Acme", "Acme Holdings Ltd", "Acme Foundation"]
    assert numbered(facts, "organization", texts, {"WTB": "World Trade Board"}) == [
        (0, "World Trade Board"),
        (0, "World Trade Board"),
        (1, "Acme Holdings Ltd"),
        (1, "Acme Holdings Ltd"),
        (2, "Acme Foundation"),
    ]


def test_a_person_and_a_place_of_one_name_stay_two(facts: Facts) -> None:
    found = cluster_names([("Washington", "place"), ("Washington", "person")], {}, facts)
    assert [one.cluster_no for one in found] == [0, 1]


@pytest.mark.parametrize(
    ("names", "groups"),
    [
        # romanisations of one ending are one person
        (["Volodymyr Zelenskyy", "Zelensky", "Zelenskiy"], ["volodymyr zelenskyy"] * 3),
        # another vowel inside is another family name
        (["Jim Smith", "Smyth"], ["jim smith", "smyth"]),
        # two persons with a full name each are two, however alike
        (["Anna Kelly", "Tom Kelli"], ["anna kelly", "tom kelli"]),
    ],
)
def test_romanised_family_names(names: list[str], groups: list[str]) -> None:
    assert [person_groups(names)[name] for name in names] == groups
