"""Words that show what kind of thing a name is of: titles, legal forms, heads, class nouns. Reads
no file."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from warehouse.error import WRONG_USE, ExpectedError
from warehouse.tables.entity import ENTITY_TYPES

TYPED_KINDS = ("last_word", "first_word", "legal_form", "class_word")
PLAIN_KINDS = (
    "honorific", "role", "role_modifier", "particle", "article", "function_word", "calendar",
    "common_noun", "company_word",
)  # fmt: skip


class NameWordError(ExpectedError, ValueError):
    """A row of name_words.csv names a kind or an entity type that does not exist."""

    exit_code = WRONG_USE


@dataclass(frozen=True)
class NameWords:
    """The words of name_words.csv by kind.

    Capitalised kinds (last_word, first_word, legal_form, common_noun) keep their case; the others
    are in lower case and without a closing point.
    """

    last_word: dict[str, str]
    first_word: dict[str, str]
    legal_form: frozenset[str]
    class_word: dict[str, str]
    honorific: frozenset[str]
    role: frozenset[str]
    role_modifier: frozenset[str]
    particle: frozenset[str]
    article: frozenset[str]
    closed: frozenset[str]
    common_noun: frozenset[str]
    company_word: frozenset[str]
    legal_key: frozenset[str]


def read_name_words(name_word: pl.DataFrame) -> NameWords:
    """The rows of seeds/reference/name_words.csv: word, kind, entity_type, reason.

    Raises NameWordError for a kind that has no use here and for a typed kind without a type.
    """
    found: dict[str, dict[str, str]] = {kind: {} for kind in TYPED_KINDS + PLAIN_KINDS}
    for word, kind, entity_type in name_word.select("word", "kind", "entity_type").iter_rows():
        if kind not in found or (kind in TYPED_KINDS) != (entity_type in ENTITY_TYPES):
            raise NameWordError(
                f"name_words.csv: {word!r} has kind {kind!r} and entity_type {entity_type!r}. "
                f"Kinds with a type are {', '.join(TYPED_KINDS)}; without, "
                f"{', '.join(PLAIN_KINDS)}. Types are {', '.join(ENTITY_TYPES)}."
            )
        found[kind][word] = entity_type
    lower = {kind: frozenset(word.casefold() for word in found[kind]) for kind in PLAIN_KINDS}
    return NameWords(
        last_word=found["last_word"],
        first_word=found["first_word"],
        legal_form=frozenset(found["legal_form"]),
        class_word={word.casefold(): kind for word, kind in found["class_word"].items()},
        honorific=lower["honorific"],
        role=lower["role"],
        role_modifier=lower["role_modifier"],
        particle=lower["particle"],
        article=lower["article"],
        closed=lower["function_word"] | lower["calendar"],
        common_noun=frozenset(found["common_noun"]),
        company_word=lower["company_word"],
        legal_key=frozenset(form.casefold().replace(".", "") for form in found["legal_form"]),
    )
