"""The made-up hostile files are the same every time, hold what they shall, and are readable."""

from __future__ import annotations

import io
import os

import pytest

from flows.extract import ExtractedRecord, extract
from rigs.wild.files import PASSED_OVER, READING_RULES, WildFile, make_files
from rigs.wild.folder import other_word
from rigs.wild.judge import judge
from rigs.wild.record import Expectation, make_record
from rigs.wild.values import DATES, TITLES, URLS, characters, names
from rigs.wild.writing import SUFFIX

RECORDS = 400


@pytest.fixture(scope="module")
def files() -> list[WildFile]:
    return make_files(RECORDS, seed=1)


def test_a_seed_gives_the_same_bytes_and_another_gives_others(files: list[WildFile]) -> None:
    assert make_files(RECORDS, seed=1) == files
    assert make_files(RECORDS, seed=2) != files


def test_another_edition_has_the_same_files_with_other_texts(files: list[WildFile]) -> None:
    edited = make_files(RECORDS, seed=1, edition=2)
    assert [file.path for file in edited] == [file.path for file in files]
    changed = sum(old.data != new.data for old, new in zip(files, edited, strict=True))
    assert changed > len(files) * 0.8


def test_paths_are_unique_and_every_format_is_written(files: list[WildFile]) -> None:
    assert len({file.path for file in files}) == len(files)
    made = {file.path.split(b"/")[1].split()[0].decode() for file in files
            if file.path.startswith(b"made/")}  # fmt: skip
    assert made == set(SUFFIX)


def test_all_odd_values_are_in_the_records() -> None:
    records = [make_record(number, seed=1) for number in range(1200)]
    held = {char for record in records for char in record.shown("text")}
    assert not {char for kind in characters().values() for char in kind} - held
    assert set(names()) <= {record.shown("author") for record in records}
    for field, values in (("title", TITLES), ("date", DATES), ("url", URLS)):
        written = [repr(record.fields[field]) for record in records]
        assert not {repr(value) for value in values} - set(written), field


def test_reasons_that_are_predicted_are_reasons_of_reading(files: list[WildFile]) -> None:
    for file in files:
        assert file.allowed <= READING_RULES, file.path
        assert all(record.rules for record in file.records if record.kept is not True)


def test_reading_ends_as_predicted(files: list[WildFile]) -> None:
    wrong = {}
    for file in files:
        if file.path.rpartition(b"/")[2] in PASSED_OVER:
            continue
        items = list(extract(os.fsdecode(file.path), io.BytesIO(file.data)).items)
        texts = [item.text for item in items if isinstance(item, ExtractedRecord)]
        rules = [item.rule for item in items if not isinstance(item, ExtractedRecord)]

        def has_text(marker: str, exact: str | None, texts: list[str] = texts) -> bool:
            return any(marker in text and (exact is None or exact in text) for text in texts)

        if found := judge(file, rules, has_text):
            wrong[file.path] = found
    assert wrong == {}


def test_what_is_not_as_predicted_is_reported() -> None:
    kept = Expectation(True, frozenset(), "qz00001a", "qz00001a to the letter")
    refused = Expectation(False, frozenset({"empty_text"}))
    file = WildFile(b"a.json", b"", (kept, refused))
    assert judge(file, ["empty_text"], lambda *_: True) == []
    assert judge(file, ["nul_character"], lambda marker, exact: exact is None) == [
        "refused by nul_character, which was not predicted",
        "record qz00001a is kept, its text differs from what was written",
    ]
    assert judge(file, [], lambda *_: False) == [
        "1 records should be refused (empty_text), 0 were",
        "record qz00001a was to be kept and is in no article",
    ]


def test_one_word_of_a_file_is_changed() -> None:
    assert other_word(b"<p>The harbour board met.</p>") == b"<p>The harbour boards met.</p>"
