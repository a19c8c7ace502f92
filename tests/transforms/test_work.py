"""How much work texts of odd shapes are: counted, never timed. What grows with the square of a text
would count far beyond these bounds."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from itertools import permutations

import numpy as np
import polars as pl
import pytest

from tests.transforms.block.block_fixture import NO_BOILERPLATE, block_model, staged
from tests.transforms.entity.test_resolve import names, person, resolve
from tests.transforms.entity.test_resolve import staged as staged_mention
from tests.transforms.mention.test_build import mentions, name_words, places
from transforms.article.related_link import build_related_link
from transforms.block.build import build_block
from transforms.entity import register as entity_register
from transforms.gazetteer.lookup import Gazetteer
from transforms.mention import list as mention_list
from transforms.mention import person_form
from transforms.mention import spread as mention_spread
from transforms.mention.page import Facts, Name, Page, PageSentence
from transforms.mention.person_form import person_groups
from transforms.mention.spread import find_words, resolve_overlaps
from transforms.name.word import NameWords
from transforms.nlp.pipeline import Passage, Pipeline
from transforms.nlp.read import load_pipeline
from transforms.nlp.token_text import token_text

__all__ = ["name_words", "places"]


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Callable[[object, str], list[int]]:
    """Count the calls of a module's function from now on."""

    def count(module: object, name: str) -> list[int]:
        calls, work = [0], getattr(module, name)

        def counting(*given: object, **named: object) -> object:
            calls[0] += 1
            return work(*given, **named)

        monkeypatch.setattr(module, name, counting)
        return calls

    return count


def test_a_line_is_judged_once_as_a_headline_however_often_it_names(
    counted: Callable[[object, str], list[int]], name_words: NameWords, places: Gazetteer
) -> None:
    judged = counted(mention_spread, "is_title_case")
    line = "They say that Ursa met nobody, " * 300 + "and left"
    found = mentions([("paragraph", line)], [("Ursa", "ORG")], name_words, places)
    assert found.height == 300
    assert judged == [1]


def test_words_are_looked_for_together() -> None:
    text = "Ida Holm met Ida Holmes; Holm, Ida Holm-Lie and 5 Ida."
    found = [(string, start) for string, start in find_words(text, {"Ida Holm", "Ida", "Holm"})]
    assert sorted(found, key=lambda one: (one[0], one[1])) == [
        ("Holm", 4), ("Holm", 25), ("Holm", 35),
        ("Ida", 0), ("Ida", 13), ("Ida", 31), ("Ida", 50),
        ("Ida Holm", 0), ("Ida Holm", 31),
    ]  # fmt: skip


def test_of_overlapping_names_the_longest_stay() -> None:
    around = [Name(0, 10, "work", "model"), Name(8, 12, "place", "model")]
    inside = [Name(2, 5, "person", "model"), Name(12, 14, "person", "rule")]
    assert resolve_overlaps([*inside, *around]) == [around[0], inside[1]]


def test_a_list_is_counted_once_for_each_type_in_it(
    counted: Callable[[object, str], list[int]],
) -> None:
    words = [f"Name{number}" for number in range(400)]
    text = ", ".join(words)
    kinds = ["person" if number % 10 else "place" for number in range(400)]
    found = [
        Name(m.start(), m.end(), kind, "model")
        for m, kind in zip(re.finditer(r"\w+", text), kinds, strict=True)
    ]
    page = Page(text, (PageSentence(0, len(text), 0, "paragraph"),), "en", None)
    weighed = counted(mention_list, "_commonest_beside")
    cues = mention_list.list_cues(page, found)
    assert weighed == [2]
    assert [cue for cue in cues if cue] == [[("person", 1.2)]] * 40


def test_what_is_longer_than_any_name_is_none(name_words: NameWords, places: Gazetteer) -> None:
    endless = "Ida " * 200
    line = f"Ole Brandt read {endless}and slept."
    spans = [("Ole Brandt", "PERSON"), (endless.strip(), "WORK_OF_ART")]
    found = mentions([("paragraph", line)], spans, name_words, places)
    assert found["text"].to_list() == ["Ole Brandt"]


def test_a_name_of_compass_points_alone_is_looked_up(
    name_words: NameWords, places: Gazetteer
) -> None:
    facts = Facts(name_words, places)
    assert facts.place_kind("North Western Germany") == "region"
    assert facts.place_kind("North " * 3_000 + "Germany") is None


def test_persons_of_one_family_name_are_not_compared_each_with_each(
    counted: Callable[[object, str], list[int]],
) -> None:
    full = [f"Ida{chr(97 + n // 26)}{chr(97 + n % 26)} M. Holm" for n in range(400)]
    compared = counted(person_form, "_is_same_person")
    groups = person_groups([*full, "Holm", "Idaaa Holm"])
    assert len(set(groups.values()) - {None}) == 400
    assert groups["Holm"] is None
    assert groups["Idaaa Holm"] == "idaaa m holm"
    assert compared[0] < 2 * len(full)


def test_namesakes_of_one_first_name_are_compared_with_a_few(
    counted: Callable[[object, str], list[int]],
) -> None:
    compared = counted(person_form, "_is_same_person")
    person_groups([f"Ida K{'a' * n} Holm" for n in range(600)])
    assert compared[0] <= 600 * 64


def test_a_crowd_of_one_sound_is_not_compared_each_with_each(
    counted: Callable[[object, str], list[int]],
) -> None:
    given = [f"Ja{x}a{y}a{z}" for x, y, z in permutations("bdflmnrt", 3)]
    compared = counted(entity_register, "is_identity")
    crowd = {str(n): [person(f"{name} Holm")] for n, name in enumerate(given)}
    found = resolve(staged_mention({**crowd, "again": [person(f"{given[7]} Holm")]}))
    assert len({name for _, name in names(found)}) == len(given)
    assert compared[0] <= 100 * len(given) / 2


def test_every_link_has_its_own_address() -> None:
    titles = [f"The harbour of town {n} opens again" for n in range(2_000)]
    text, hints = "", []
    for number, title in enumerate(titles):
        start = len(text)
        text += f"{title}\n"
        hints.append(
            [start, start + len(title), "related_link", "list", f"https://a.example/{number}"]
        )
    record = staged(text, hints=json.dumps(hints))
    block = build_block(record, NO_BOILERPLATE, block_model())
    none = pl.DataFrame(schema={"article_id": pl.String, "url": pl.String, "title": pl.String})
    link = build_related_link(block, record, none)
    assert link.select("title", "url").rows() == [
        (title, f"https://a.example/{number}") for number, title in enumerate(titles)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Ida Holm, the mayor of Bergen, met nobody. “So what?” she said (laughing).",
        "See https://www.example.org/news/2024/05/12/harbour-opens-again-after-strike?utm=feed#top",
        "-" * 60,
        "W" * 290,
        "नमस्ते" * 40,
        "",
    ],
)
def test_prose_and_addresses_are_tokenized_as_printed(text: str) -> None:
    assert token_text(text).text == text


def test_a_stretch_of_marks_is_given_mark_by_mark_and_short() -> None:
    given = token_text("so " + '"' * 5_000 + "! no")
    assert given.text == "so " + '" ' * 32 + "! no"
    bounds = np.array([[0, 2], [3, 4], [65, 66], [67, 68], [69, 71]])
    assert given.placed(bounds).tolist() == [
        [0, 2],
        [3, 4],
        [5002, 5003],
        [5003, 5004],
        [5005, 5007],
    ]


@pytest.fixture(scope="module")
def english() -> Pipeline:
    return load_pipeline()


@pytest.mark.parametrize("mark", [*"\"'(),.*—", ").", "a's", "x/"])
def test_tokens_of_a_stretch_of_marks_have_their_places(english: Pipeline, mark: str) -> None:
    text = f"Ida Holm of Oslo said: {mark * 1_500} and met Ole Brandt."
    (reading,) = english.read([Passage(text, [(0, len(text))])])
    ends = [0, *reading.token_ends]
    assert all(a <= b for a, b in zip(ends, reading.token_starts, strict=False))
    printed = [text[a:b] for a, b in zip(reading.token_starts, reading.token_ends, strict=True)]
    assert printed[:5] == ["Ida", "Holm", "of", "Oslo", "said"]
    assert printed[-5:] == ["and", "met", "Ole", "Brandt", "."]
    assert {"Ida Holm", "Ole Brandt"} & {text[s.start_char : s.end_char] for s in reading.spans}
