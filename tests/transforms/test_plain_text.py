"""Names and sentences are what readers see of them, wherever odd spaces and unseen characters lie.

Stories with literal texts first; then random ones: whatever is put into a text, offsets reproduce
it, names are written as names are, and what nobody sees changes no entity.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from itertools import pairwise
from typing import NamedTuple

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rigs.quality.names import shipped_vocabulary
from tests.transforms.gazetteer.gazetteer_fixture import REFERENCE, shipped_gazetteer
from transforms.article.language import detect_language
from transforms.block.paragraph import paragraph_of
from transforms.entity.resolve import EntityReference, Resolution, read_names
from transforms.mention.build import LONGEST_NAME, build_mention
from transforms.name.compare import block_key, exact_key
from transforms.name.word import NameWords, read_name_words
from transforms.nlp.pipeline import Pipeline
from transforms.nlp.read import annotate, load_pipeline
from transforms.plain_text import matched_form, plain_lines, plain_text, shown_name, shown_names
from transforms.sentence.split import build_sentence, split_sentences
from warehouse.character import NEVER_SHOWN, SHAPING, UNSEEN, WHITE, Ranges, re2
from warehouse.tables import ENTITY, ENTITY_ALIAS
from warehouse.tables.block import BLOCK
from warehouse.tables.mention import STAGED_MENTION

ARTICLE = "00000000000000aa"
OVERRIDE = {name: pl.String() for name in ("action", "entity_type", "name", "target", "reason")}
NO_OVERRIDE = pl.DataFrame(schema=OVERRIDE)


def characters(ranges: Ranges) -> list[str]:
    return [chr(code) for first, last in ranges for code in range(first, last + 1)]


SPACES = [c for c in characters(WHITE) if c not in "\t\n"]
HIDDEN = [c for c in characters(UNSEEN) if c < "\U000e0000"] + ["\U000e0001", "\U000e0100"]


def test_white_space_is_what_python_says() -> None:
    assert characters(WHITE) == [c for c in map(chr, range(0x110000)) if c.isspace()]


def test_format_and_control_characters_are_unseen_but_for_signs_over_figures() -> None:
    known = set(characters(UNSEEN)) | set(characters(WHITE))
    seen = {c for c in map(chr, range(0x110000)) if unicodedata.category(c) in ("Cc", "Cf")} - known
    # Signs of Arabic, Syriac and Kaithi that stand over the figures behind them, and the joiners of
    # hieroglyphs, which build the picture.
    assert {ord(c) >> 8 for c in seen} == {0x06, 0x07, 0x08, 0x110, 0x134}


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        ("Elena Marsh", "Elena Marsh"),
        ("Alexander\u00a0Payne", "Alexander Payne"),
        ("Alexander \u2003\u3000 Payne", "Alexander Payne"),
        ("J.\u00a0M.\u202fFarrant", "J. M. Farrant"),
        ("Alexander\nPayne", "Alexander Payne"),
        ("Elena\u200b Marsh", "Elena Marsh"),
        ("Elena \u200b Marsh", "Elena Marsh"),
        ("\ufeffElena Marsh\u200e", "Elena Marsh"),
        ("Wash\u00ading\u00adton", "Washington"),
        ("Jose\u0301 Mu\u034f\u0308ller", "José Müller"),
        ("El\x07ena", "Elena"),
        ("El\u200dena\ufe0f", "Elena"),  # nothing there to join or to vary
        ("علی\u200cرضا", "علی\u200cرضا"),  # a Persian name is misspelled without its joiner
        ("علی\u200c رضا", "علی رضا"),
        ("क्\u200dष", "क्\u200dष"),  # a half form of Hindi
        ("葛\U000e0100城", "葛\U000e0100城"),  # the variant of a Japanese family name
        ("👩\u200d🚀", "👩\u200d🚀"),
        ("❤\ufe0f\u200d🔥", "❤\ufe0f\u200d🔥"),
        ("\u200b\u2060 \u00ad", ""),
        ("", ""),
    ],
)
def test_a_name_is_shown_as_readers_see_it(printed: str, shown: str) -> None:
    assert shown_name(printed) == shown
    assert shown_name(shown) == shown
    assert shown_names(pl.Series([printed, "Ida Holm", printed])).to_list() == [
        shown, "Ida Holm", shown,
    ]  # fmt: skip
    assert matched_form(printed) == matched_form(shown)


def test_an_ordinary_text_is_its_own_plain_text() -> None:
    text = "“Ida Holm’s café,” said José — 5 km off 選挙. A tab\tparts."
    assert plain_text(text).is_as_printed
    assert plain_text(text).text == text
    assert plain_lines(f"{text}\n  {text}").is_as_printed


def test_a_plain_text_leads_back_to_the_printed_one() -> None:
    printed = "\u200eMu\u0308nchen \u00a0\u200bWash\u00adington\t\u00a0\x00x"
    plain = plain_text(printed)
    assert plain.text == "München Washington\tx"
    at = plain.text.index("Wash")
    start, end = plain.printed(at, at + len("Washington"))
    assert printed[start:end] == "Wash\u00adington"
    assert plain.plain(start, end) == (at, at + len("Washington"))
    assert printed[slice(*plain.printed(0, 7))] == "Mu\u0308nchen"


def test_keys_of_names_do_not_see_what_nobody_sees() -> None:
    words = shipped_vocabulary()
    for kind in ("person", "organization", "place"):
        assert block_key("Elena\u200b\u00a0Mar\u00adsh", kind, words) == block_key(
            "Elena Marsh", kind, words
        )
        assert exact_key("El\x07ena\u3164 Marsh", kind, words) == exact_key(
            "Elena Marsh", kind, words
        )
    assert shipped_gazetteer().country("Nor\u00adway") == "NO"
    assert shipped_gazetteer().country("United\u00a0King\u200bdom") == "GB"


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("He left.\u200b She stayed.", ["He left.\u200b", "She stayed."]),
        ("He left. \u200eShe stayed.", ["He left.", "\u200eShe stayed."]),
        ("He left. \u200b She stayed.\u200b ", ["He left. \u200b", "She stayed.\u200b"]),
        ("\u2060He met J.\u202f\u200bM. Farrant.", ["\u2060He met J.\u202f\u200bM. Farrant."]),
        ("He met Mr\u200b. Payne.", ["He met Mr\u200b. Payne."]),
        (" \u200b\u00ad ", ["\u200b\u00ad"]),
        ("\u00a0", []),
    ],
)
def test_sentences_end_where_readers_see_them_end(text: str, sentences: list[str]) -> None:
    assert [text[start:end] for start, end in split_sentences(text)] == sentences


class Read(NamedTuple):
    """What an article's text becomes."""

    mention: pl.DataFrame
    entity: pl.DataFrame
    alias: pl.DataFrame

    @property
    def entity_ids(self) -> set[str]:
        return set(self.entity["entity_id"])

    @property
    def names(self) -> set[tuple[str, str]]:
        return set(self.entity.select("entity_type", "name").iter_rows())


@cache
def pipeline() -> Pipeline:
    return load_pipeline()


@cache
def name_words() -> NameWords:
    return read_name_words(pl.read_csv(REFERENCE / "name_words.csv", infer_schema=False))


def read(*paragraphs: str, override: pl.DataFrame = NO_OVERRIDE) -> Read:
    """An English article of these paragraphs, all the way from the language pass to entities."""
    rows: list[tuple[object, ...]] = []
    start = 0
    for number, text in enumerate(paragraphs):
        rows.append((ARTICLE, number, "paragraph", True, start, start + len(text), text, "test"))
        start += len(text) + 2
    block = pl.DataFrame(rows, schema=BLOCK.polars_schema, orient="row")
    context = pl.DataFrame(
        [(ARTICLE, "en", None)],
        {"article_id": pl.String(), "language": pl.String(), "country_iso2": pl.String()},
        orient="row",
    )
    annotation = annotate({"en": pipeline()}, paragraph_of(block, context))
    sentence = build_sentence(block, annotation["paragraph_sentence"], context)
    staged = build_mention(
        block, sentence, annotation["paragraph_span"], context,
        name_words=name_words(), places=shipped_gazetteer(),
    )  # fmt: skip
    resolution = Resolution(
        read_names(staged), ENTITY.empty(), ENTITY_ALIAS.empty(), override, context,
        EntityReference(shipped_gazetteer(), shipped_vocabulary()),
    )  # fmt: skip
    mention = resolution.mention(staged)
    article = "\n\n".join(paragraphs)
    for start, end, text in mention.select("start_char", "end_char", "text").iter_rows():
        assert article[start:end] == text
    return Read(mention, resolution.entity(), resolution.entity_alias())


STORY = (
    "Elena Marsh, mayor of Washington, met Alexander Payne in Norway on Monday. J. M. Farrant of "
    "the World Health Organization (WHO) said the WHO would not wait. “We are glad,” said Marsh. "
    "Mr. Payne flew to the United Kingdom.",
    "The Chinese premier and José Muñoz signed in New York City. Washington agreed, Farrant said.",
)


def in_odd_dress(text: str) -> str:
    """The same story as a page full of unseen characters and odd spaces prints it."""
    for plain, odd in (
        ("Elena Marsh", "Elena\u200b Marsh"), ("Washington", "Wash\u00ading\u00adton"),
        ("Alexander Payne", "Alexander\u00a0Payne"), ("J. M. Farrant", "J.\u00a0M.\u202fFarrant"),
        ("Health Organization", "Health\u3000 Organi\u2060zation"), ("WHO", "W\u200bHO"),
        ("Mr. Payne", "Mr.\u2003Payne"), ("United Kingdom", "\u202aUnited  Kingdom\u202c"),
        ("José Muñoz", "Jose\u0301 \u200bMun\u0303oz"),
        ("New York City", "New\u200a\u061cYork\x85City"),
        ("Chinese", "Chi\ufeffnese"), ("Norway", "Nor\u034fway"),
    ):  # fmt: skip
        text = text.replace(plain, odd)
    return text


def test_a_story_in_odd_dress_names_the_same() -> None:
    plain, odd = read(*STORY), read(*map(in_odd_dress, STORY))
    assert {("person", "Elena Marsh"), ("person", "Alexander Payne"), ("person", "J. M. Farrant"),
            ("place", "Norway"), ("place", "United Kingdom"), ("person", "José Muñoz"),
            ("group", "Chinese"), ("organization", "World Health Organization"),
            } <= plain.names  # fmt: skip
    assert odd.names == plain.names
    assert odd.entity_ids == plain.entity_ids
    assert odd.alias.rows() == plain.alias.rows()
    assert odd.mention.height == plain.mention.height
    assert "Elena\u200b Marsh" in odd.mention["text"].to_list()


def test_the_language_is_detected_by_what_readers_see() -> None:
    text = "Der Bürgermeister sagte am Montag, die Brücke werde im Herbst wieder geöffnet."
    assert detect_language("\u200b".join(text)) == detect_language(text) == "de"


def test_a_persian_name_keeps_its_joiner_and_is_one_entity_with_and_without() -> None:
    joined, bare = "Mr. علی\u200cرضا Payne", "Mr. علیرضا Payne"
    assert shown_name(joined) == joined
    ids = [read(f"{name} Smith met Elena Marsh in Norway.").entity_ids for name in (joined, bare)]
    assert ids[0] == ids[1]


def test_what_has_no_letter_is_no_entity() -> None:
    assert read("“\u200b\u2060” met \u3164\u3164 and — in \u115f\u1160.").entity.is_empty()


def test_a_run_of_letters_is_no_name() -> None:
    read_names_of = read(f"Elena {'Abcdefgh' * 200} met Elena Marsh.")
    assert max(map(len, read_names_of.entity["name"])) <= LONGEST_NAME
    assert ("person", "Elena Marsh") in read_names_of.names


def test_names_in_corrections_are_written_as_names_are() -> None:
    override = pl.DataFrame(
        [("rename", "person", "Elena\u00a0Marsh", "Elena\u00a0 Mar\u200bsh-Holm", "she married")],
        OVERRIDE,
        orient="row",
    )
    assert ("person", "Elena Marsh-Holm") in read(*STORY, override=override).names


def test_an_entity_published_with_an_unseen_character_is_found_and_mended() -> None:
    plain = read(*STORY)
    marsh = pl.col("name") == "Elena Marsh"
    known = plain.entity.with_columns(
        name=pl.when(marsh).then(pl.lit("Elena\u200b Marsh")).otherwise("name")
    )
    staged = pl.DataFrame(
        [(ARTICLE, 0, 0, "person", 0, 11, "Elena Marsh", None, "model", None, 0, "Elena Marsh")],
        STAGED_MENTION.polars_schema,
        orient="row",
    )
    context = pl.DataFrame({"article_id": [ARTICLE], "language": ["en"], "country_iso2": ["GB"]})
    resolution = Resolution(
        read_names(staged), known, plain.alias, NO_OVERRIDE, context,
        EntityReference(shipped_gazetteer(), shipped_vocabulary()),
    )  # fmt: skip
    (found,) = resolution.mention(staged)["entity_id"]
    assert resolution.entity().select("entity_id", "name").rows() == [(found, "Elena Marsh")]
    assert plain.entity.filter(marsh)["entity_id"].to_list() == [found]


_UNKEMPT = f"[{re2(NEVER_SHOWN)}]|^[{re2(SHAPING)}]"
_EDGE = f"^[{re2(WHITE)}{re2(UNSEEN)}]|[{re2(WHITE)}{re2(UNSEEN)}]$"


def is_well_written(found: Read) -> bool:
    """What the checks of `entity`, `entity_alias` and `mention` ask of names."""
    names = pl.concat([found.entity["name"], found.alias["alias"]])
    return (
        names.to_list() == [" ".join(name.split()) for name in names]
        and not names.str.contains(_UNKEMPT).any()
        and all(any(map(str.isalnum, name)) for name in names)
        and not found.mention["text"].str.contains(_EDGE).any()
        and not found.alias.select("entity_id", "alias").is_duplicated().any()
    )


_AT = st.integers(0, 10_000)


@pytest.mark.slow
@given(
    hidden=st.lists(st.tuples(_AT, st.sampled_from(HIDDEN)), max_size=40),
    spaces=st.lists(st.sampled_from(SPACES), min_size=1, max_size=20),
)
def test_what_nobody_sees_and_the_kind_of_space_change_no_entity(
    hidden: list[tuple[int, str]], spaces: list[str]
) -> None:
    odd = []
    for text in STORY:
        letters = list(text)
        blanks = [at for at, letter in enumerate(letters) if letter == " "]
        for number, at in enumerate(blanks):
            letters[at] = spaces[number % len(spaces)]
        for at, letter in hidden:
            letters.insert(at % (len(letters) + 1), letter)
        odd.append("".join(letters))
    plain, found = read(*STORY), read(*odd)
    assert found.entity_ids == plain.entity_ids
    assert found.names == plain.names
    assert is_well_written(found)


_ANYTHING = st.sampled_from(
    [*characters(WHITE), *HIDDEN, *map(chr, range(0x300, 0x370)), "\u20dd", "\u0902", "\u3099", "."]
)


@given(put=st.lists(st.tuples(_AT, st.text(_ANYTHING, min_size=1, max_size=3)), max_size=40))
def test_whatever_is_put_into_a_text_names_are_well_written(put: list[tuple[int, str]]) -> None:
    odd = []
    for text in STORY:
        for at, inserted in put:
            at %= len(text) + 1
            text = text[:at] + inserted + text[at:]
        odd.append(text.strip())
    assert is_well_written(read(*odd))


@given(text=st.text(st.one_of(_ANYTHING, st.sampled_from("AbÉ .!?\n")), max_size=60))
def test_sentences_hold_all_that_is_not_blank_and_plain_texts_lead_back(text: str) -> None:
    spans = split_sentences(text)
    assert "".join("".join(text[a:b].split()) for a, b in spans) == "".join(text.split())
    assert all(a < b and text[a:b] == text[a:b].strip() for a, b in spans)
    assert all(left[1] <= right[0] for left, right in pairwise(spans))
    for plain in (plain_text(text), plain_lines(text)):
        assert len(plain.text) == len(plain.starts) == len(plain.ends)
        assert all(a < b for a, b in zip(plain.starts, plain.ends, strict=True))
        assert all(b <= c for b, c in zip(plain.ends, plain.starts[1:], strict=False))
        assert not set(plain.text) & set(characters(UNSEEN))
    assert shown_name(shown_name(text)) == shown_name(text)
    assert matched_form(matched_form(text)) == matched_form(text)
    assert matched_form(shown_name(text)) == matched_form(text)
