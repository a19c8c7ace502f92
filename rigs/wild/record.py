"""Made-up news records with odd fields, and what must become of each in each format."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from random import Random

from rigs.wild import values

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
MARKUP_FORMATS = ("rss", "atom", "rdf", "nitf", "newsml")
PAGE_FORMATS = ("html", "warc", "arc")
TYPED_FORMATS = ("json", "jsonl", "ninjs")
"""Formats that carry lists, numbers, objects and half a surrogate pair; all others carry text."""

MOST_CHARS = 1_000_000
"""The longest text of one article, as docs/operate.md states; beyond it the record is withheld."""


@dataclass(frozen=True)
class Expectation:
    """What must become of one record: kept, rejected by one of ``rules``, or (None) either.

    ``marker`` is a word that stands in this record alone and in its copies; ``exact`` is a
    stretch that must be found in the article's text to the letter.
    """

    kept: bool | None
    rules: frozenset[str] = frozenset()
    marker: str | None = None
    exact: str | None = None


@dataclass(frozen=True)
class WildRecord:
    """One record before it is written: ``fields`` has title, text, author, date, url, section
    and language, of any type."""

    number: int
    marker: str
    words: str
    fields: dict[str, object] = field(hash=False)

    def shown(self, name: str) -> str:
        """A field as text, for formats that carry nothing else."""
        value = self.fields[name]
        if isinstance(value, list):
            return ", ".join(str(part) for part in value)
        return "" if value is None else str(value)

    def xml(self, name: str) -> str:
        """The same without what XML 1.0 cannot hold."""
        return _NOT_XML.sub("", self.shown(name))


def make_record(number: int, seed: int, edition: int = 1) -> WildRecord:
    """Record ``number``. Another ``edition`` has another marker, and is the same otherwise."""
    random = Random(f"{seed} {number}")
    marker = f"qz{number:05}{'abcdefgh'[edition]}"
    language = "en" if number % 3 else random.choice(list(values.WORDS))
    name = values.names()[number % len(values.names())]
    piece = values.pieces()[number * 7 % len(values.pieces())]
    sentences = values.WORDS[language].format(name=name)
    fields: dict[str, object] = {
        "title": f"Harbour plan {number} agreed after talks",
        "text": f"{sentences} {piece}\n\nThe number of this report is {marker}. {name} agreed.",
        "author": name if number % 5 else [name, None, "Ida Mae", 7, {"name": name}],
        "date": f"2024-0{random.randint(1, 9)}-1{random.randint(0, 9)}T09:00:00Z",
        "url": f"https://quay{number % 50}.example/news/{number}" if number % 4 else None,
        "section": _nth(values.SECTIONS, number),
        "language": _nth(values.LANGUAGES, number) if number % 2 else language,
    }
    odd = {
        0: ("title", values.TITLES), 1: ("date", values.DATES), 2: ("url", values.URLS)
    }[number % 3]  # fmt: skip
    fields[odd[0]] = _nth(odd[1], number // 3)
    _make_odder(number, marker, fields)
    return WildRecord(number, marker, language, fields)


def _nth(values_: tuple[object, ...], number: int) -> object:
    return values_[number % len(values_)]


_EMPTY: tuple[object, ...] = (
    "",
    " ",
    "\n\n",
    None,
    "\u3000",
    "\u00a0\t",
    "\x1f",
    "\u200b",
    "\ufeff",
)


def _make_odder(number: int, marker: str, fields: dict[str, object]) -> None:
    """Every 40th record is empty, holds NUL, half a surrogate pair, or text of another type."""
    turn, text = number // 40, str(fields["text"])
    match number % 40:
        case 0:
            fields["title"] = fields["text"] = _nth(_EMPTY, turn)
        case 1:
            fields["text"] = text.replace(" ", "\0", 1)
        case 2:
            fields["text"] = f"{values.SURROGATE}{text}"
        case 3:
            fields["text"] = (
                ["First paragraph.", None, text], {"rendered": f"<p>{text}</p>"}, [{"text": text}],
            )[turn % 3]  # fmt: skip
        case 4:
            fields["title"], fields["text"] = f"{marker} {fields['title']}", None
        case 5:
            _make_huge(turn, marker, text, fields)


def _make_huge(turn: int, marker: str, text: str, fields: dict[str, object]) -> None:
    """A field of enormous size."""
    match turn % 9:
        case 0:
            fields["text"] = f"{text} " + "The tide rose. " * (MOST_CHARS // 14)
        case 1:
            fields["title"] = "Harbour " * 12_500
        case 2:
            fields["author"] = [f"Ida Mae {number}" for number in range(10_000)]
        case 3:
            fields["author"] = "Ida Mae and " * 20_000
        case 4:
            fields["text"] = f"{text} {'harbour' * 30_000}"
        case 5:
            fields["text"] = "The tide rose.\n" * 10_000 + text
        case 6:
            fields["text"] = f"{text} " + "“He said ” \" ( ' " * 5_000
        case 7:
            fields["date"] = fields["section"] = fields["language"] = "2024-05-03 " * 20_000
        case _:
            fields["text"] = f"{text} " + "Ida Mae, Bob Lee and Al Roe of Acme Inc. met. " * 4_000


def expected(record: WildRecord, form: str) -> Expectation:
    """What must become of the record in a format."""
    shown = record.xml if form in MARKUP_FORMATS else record.shown
    title, text = shown("title"), shown("text")
    if form == "parquet":
        text = text.replace(values.SURROGATE, "")
    content = title + text
    may = _faults("".join(shown(name) for name in record.fields), form)
    if max(len(shown(name)) for name in record.fields) > _LONG_FIELD:
        may |= _LONG_FIELD_RULES.get(form, frozenset())
    if len(text) > MOST_CHARS:
        return Expectation(False, may | {"text_too_long"}, record.marker)
    if not _is_text(record, form, title) and not text.strip():
        return Expectation(False, may | {"empty_text", "empty_file", "no_pages"})
    if record.marker not in content:
        # Invisible characters alone: whether that is a text may be seen either way.
        return Expectation(None, may | {"empty_text", "no_pages"})
    must = _faults(content, form)
    # Pages lose their NUL characters as in browsers, unless their bytes are taken for no text.
    if ("nul_character" in must and form not in PAGE_FORMATS) or "lone_surrogate" in must:
        return Expectation(False, may, record.marker)
    if may:
        return Expectation(None, may, record.marker)
    is_plain = isinstance(record.fields["text"], str) and not set("<&") & set(text)
    exact = normal(text).strip("\n") if form in _LITERAL_FORMATS and is_plain else ""
    return Expectation(True, frozenset(), record.marker, exact or None)


_LITERAL_FORMATS = ("plain", "json", "jsonl", "csv", "tsv", "parquet")
"""Formats in which the text stands to the letter."""

_LONG_FIELD = 5_000
_LONG_FIELD_RULES = {
    "mail": frozenset({"unreadable_mail"}),
    "arc": frozenset({"damaged_record", "no_pages"}),
    "warc": frozenset({"damaged_record", "no_pages"}),
}
"""Formats with a limit on the length of headers, and the rules for longer ones."""


def normal(text: str) -> str:
    """The text with line feeds as its only line ends."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _faults(content: str, form: str) -> frozenset[str]:
    """Reasons to refuse what holds NUL or half a surrogate pair."""
    found = set()
    if "\0" in content:
        found |= {"nul_character", "not_text"}
    if values.SURROGATE in content and form != "parquet":
        found |= {"lone_surrogate"} if form in TYPED_FORMATS else {"undecodable_bytes"}
    return frozenset(found)


def _is_text(record: WildRecord, form: str, title: str) -> bool:
    """Whether the title alone makes a record."""
    if form in TYPED_FORMATS and isinstance(record.fields["title"], bool | list | dict):
        return False
    return bool(title.strip())
