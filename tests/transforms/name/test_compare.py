"""Whether two names are surely one thing, and what a name is taken apart into."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rigs.quality.names import shipped_vocabulary
from transforms.name.compare import block_key, exact_key, form_of, is_identity, sound
from transforms.name.form import NameForm, fold, is_acronym, organization_form, person_form

VOCABULARY = shipped_vocabulary()


@pytest.mark.parametrize(
    ("entity_type", "a", "b", "same"),
    [
        # order, titles, marks, scripts
        ("person", "Rivera, Ana", "Ana Rivera", True),
        ("person", "Dr. Ana Rivera", "Ana Rivera", True),
        ("person", "Zoë Müller", "Zoe Muller", True),
        ("person", "Анна Петрова", "Anna Petrova", True),
        ("person", "Kim Min-jae", "Kim Min Jae", True),
        # romanisations
        ("person", "Yusuf Qasimi", "Yousef Kasimi", True),
        ("person", "Abd al-Karim Hadi", "Abdul Karim Hadi", True),
        # initials, nicknames, middle names, generations
        ("person", "J. D. Marsh", "JD Marsh", True),
        ("person", "J. Marsh", "John Marsh", True),
        ("person", "Bill Marsh", "William Marsh", True),
        ("person", "John Q. Marsh Jr.", "John Marsh", True),
        ("person", "John Q. Marsh", "John R. Marsh", False),
        ("person", "John Marsh", "John Marsh III", False),  # father and grandson
        ("person", "Omar bin Khalid", "Khalid bin Omar", False),  # father and son
        # another spelling joins, a slip of the pen does not
        ("person", "Ana Rivera", "Ana Riveira", True),
        ("person", "Ana Rivera", "Ana Rivern", False),
        ("person", "Ana Rivera", "Eva Rivera", False),
        ("person", "Ivan Petrov", "Ivana Petrova", False),  # husband and wife
        # bodies
        ("organization", "Acme Ltd", "ACME Limited", True),
        ("organization", "The Acme Company", "Acme Co.", True),
        ("organization", "Acme GmbH", "Acme AG", False),  # two companies of one group
        ("organization", "AcmeAG", "Acme AG", True),
        ("organization", "Int'l Labour Office", "International Labor Office", True),
        ("organization", "Smith & Sons", "Smith and Sons", True),
        ("organization", "Bank of Norland", "Bank of Suland", False),
        ("organization", "Norland Motors", "Norland Electric", False),
        ("organization", "ООО Ромашка", "Romashka LLC", True),
        ("organization", "U.S. Department of Parks", "United States Parks Department", True),
        ("organization", "University of Norland", "Norland University", False),
        # works, laws: the words or nothing
        ("work", "The Long Road", "Long Road", True),
        ("work", "The Long Road", "The Wrong Road", False),
    ],
)
def test_pairs(entity_type: str, a: str, b: str, same: bool) -> None:
    one, other = (form_of(name, entity_type, VOCABULARY) for name in (a, b))
    assert is_identity(one, other, entity_type, VOCABULARY) == same


def test_a_name_is_taken_apart() -> None:
    assert (
        person_form("President Marsh, John"),
        person_form("Sir John Q. Marsh Jr."),
        organization_form("OAO Acme Works", VOCABULARY),
    ) == (
        NameForm(("john", "president", "marsh")),  # a comma turns the name before titles go
        NameForm(("john", "q", "marsh"), generation="jr"),
        NameForm(("acme", "works"), legal_form="ojsc"),
    )


@pytest.mark.parametrize(
    ("short", "name", "declared"),
    [
        ("WHO", "World Health Organization", True),
        ("BoE", "Bank of England", False),  # capitals only
        ("BE", "Bank of England", True),  # without the small word
        ("BOE", "Bank of England", True),
        ("X", "Xylophone", False),
        ("ABC", "World Health Organization", False),
    ],
)
def test_is_acronym(short: str, name: str, declared: bool) -> None:
    assert is_acronym(short, name) == declared


def test_like_names_share_a_block() -> None:
    names = ["Muammar Gaddafi", "Moammar Qaddafi", "Kadhafi"]
    assert {block_key(name, "person", VOCABULARY) for name in names} == {"kdf"}


@given(st.text(max_size=40), st.text(max_size=40), st.sampled_from(["person", "organization"]))
def test_identity_of_any_text_does_not_depend_on_the_side(a: str, b: str, entity_type: str) -> None:
    left, right = (form_of(name, entity_type, VOCABULARY) for name in (a, b))
    assert is_identity(left, right, entity_type, VOCABULARY) == is_identity(
        right, left, entity_type, VOCABULARY
    )


@given(st.text(max_size=40))
def test_a_name_is_itself(name: str) -> None:
    assert fold(fold(name)) == fold(name)
    form = form_of(name, "person", VOCABULARY)
    if form.words:
        assert is_identity(form, form, "person", VOCABULARY)
        assert exact_key(name, "person", VOCABULARY) == exact_key(name, "person", VOCABULARY)
    assert all(letter.isalnum() for letter in sound(fold(name).replace(" ", "")))
