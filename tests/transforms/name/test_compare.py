"""Two names: may they be one thing (tolerant), and are they surely one (strict)?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rigs.quality.names import shipped_vocabulary
from transforms.name.compare import block_key, exact_key, form_of, is_identity, sound
from transforms.name.form import NameForm, fold, is_acronym, organization_form, person_form
from transforms.name.match import name_score, same_name

VOCABULARY = shipped_vocabulary()


@pytest.mark.parametrize(
    ("entity_type", "a", "b", "tolerant", "strict"),
    [
        # order, titles, marks, scripts
        ("person", "Rivera, Ana", "Ana Rivera", True, True),
        ("person", "Dr. Ana Rivera", "Ana Rivera", True, True),
        ("person", "Zoë Müller", "Zoe Muller", True, True),
        ("person", "Анна Петрова", "Anna Petrova", True, True),
        ("person", "Kim Min-jae", "Kim Min Jae", True, True),
        # romanisations
        ("person", "Yusuf Qasimi", "Yousef Kasimi", True, True),
        ("person", "Abd al-Karim Hadi", "Abdul Karim Hadi", True, True),
        # initials, nicknames, middle names, generations
        ("person", "J. D. Marsh", "JD Marsh", True, True),
        ("person", "J. Marsh", "John Marsh", True, True),
        ("person", "Bill Marsh", "William Marsh", True, True),
        ("person", "John Q. Marsh Jr.", "John Marsh", True, True),
        ("person", "John Q. Marsh", "John R. Marsh", False, False),
        ("person", "John Marsh", "John Marsh III", True, False),  # father and grandson
        ("person", "Omar bin Khalid", "Khalid bin Omar", False, False),  # father and son
        # a slip of the pen is tolerated, and never joined
        ("person", "Ana Rivera", "Ana Riveira", True, True),
        ("person", "Ana Rivera", "Ana Rivern", True, False),
        ("person", "Ana Rivera", "Eva Rivera", False, False),
        ("person", "Ivan Petrov", "Ivana Petrova", True, False),  # husband and wife
        # bodies
        ("organization", "Acme Ltd", "ACME Limited", True, True),
        ("organization", "The Acme Company", "Acme Co.", True, True),
        ("organization", "Acme GmbH", "Acme AG", True, False),  # two companies of one group
        ("organization", "AcmeAG", "Acme AG", True, True),
        ("organization", "Int'l Labour Office", "International Labor Office", True, True),
        ("organization", "Smith & Sons", "Smith and Sons", True, True),
        ("organization", "Bank of Norland", "Bank of Suland", False, False),
        ("organization", "Norland Motors", "Norland Electric", False, False),
        ("organization", "ООО Ромашка", "Romashka LLC", True, True),
        ("organization", "U.S. Department of Parks", "United States Parks Department", True, True),
        ("organization", "University of Norland", "Norland University", True, False),
        # works, laws: the words or nothing
        ("work", "The Long Road", "Long Road", True, True),
        ("work", "The Long Road", "The Wrong Road", False, False),
    ],
)
def test_pairs(entity_type: str, a: str, b: str, tolerant: bool, strict: bool) -> None:
    forms = [form_of(name, entity_type, VOCABULARY) for name in (a, b)]
    found = (
        same_name(a, b, entity_type, VOCABULARY),
        is_identity(forms[0], forms[1], entity_type, VOCABULARY),
    )
    assert found == (tolerant, strict)


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
def test_any_text_has_a_score_that_does_not_depend_on_the_side(
    a: str, b: str, entity_type: str
) -> None:
    score = name_score(a, b, entity_type, VOCABULARY)
    assert 0 <= score <= 1
    assert score == name_score(b, a, entity_type, VOCABULARY)
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
