"""Measures reading: the outcome of each format's gold files, and how many charsets are detected.

`python -m rigs.quality.formats` prints the figures; `… --list` also what was rejected and why.
Gold data is read where it lies.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from charset_normalizer import from_bytes

from flows.extract import extract
from flows.extract.bytes.decode import decode, normal_lines
from flows.extract.record import ExtractedRecord, Refused, Rejection
from rigs.quality.figure import Figure

ROOT = Path(__file__).parents[2]
EVAL = Path(os.environ.get("NEWSHOUSE_EVAL", ROOT / "../shared/eval"))
FORMATS = EVAL / "formats"
FOLDERS = ("feeds", "warc", "ninjs", "charsets")

# Charsets the sample of each language may have been written in, for reading cut pieces of it.
_WRITTEN_IN = {
    "arabic": ("cp1256", "iso8859-6"), "bulgarian": ("cp1251", "iso8859-5", "mac-cyrillic"),
    "chinese": ("big5", "gb18030"), "french": ("cp1252", "iso8859-15", "mac-roman"),
    "greek": ("cp1253", "iso8859-7"), "hebrew-2": ("cp1255", "iso8859-8"), "korean": ("cp949",),
    "polish": ("cp1250", "iso8859-2"), "spanish": ("cp1252", "iso8859-1"),
    "russian-3": ("cp1251", "koi8-r", "iso8859-5", "mac-cyrillic", "cp866"),
    "turkish": ("cp1254", "iso8859-9"),
}  # fmt: skip
_PIECE_CHARS = (60, 150, 400, 1500)


class Ending(NamedTuple):
    """How one file ended: its records, and the rules that rejected the rest."""

    name: str
    record_count: int
    rules: tuple[str, ...]
    messages: tuple[str, ...]


class Piece(NamedTuple):
    """A piece of text and the bytes it was written as."""

    language: str
    charset: str
    text: str
    data: bytes


def read_folder(folder: str) -> list[Ending]:
    """Every file of a folder, read; a crash raises."""
    return [_ending(path) for path in sorted((FORMATS / folder).iterdir())]


def _ending(path: Path) -> Ending:
    items = list(extract(path.name, io.BytesIO(path.read_bytes())).items)
    rejected = [item for item in items if isinstance(item, Rejection)]
    return Ending(
        path.name,
        sum(isinstance(item, ExtractedRecord) for item in items),
        tuple(item.rule for item in rejected),
        tuple(item.message for item in rejected),
    )


def lost_strings() -> int:
    """Hostile strings that do not come back to the letter, as text and as JSON."""
    naughty = json.loads((FORMATS / "naughty_strings" / "blns.json").read_text())
    with gzip.open(FORMATS / "mojibake.jsonl.gz", "rt", encoding="utf-8") as lines:
        naughty += [json.loads(line)["original"] for line in lines]
    lost = 0
    for text in naughty:
        whole = f"Title\n\n{text}\nEnd."
        lost += _texts(whole.encode(), "a.txt") != [normal_lines(whole)]
        if text.strip() and "<" not in text and "&" not in text:
            found = _texts(json.dumps({"title": "T", "text": text}).encode(), "a.json")
            lost += normal_lines(text).strip("\n") not in found[0]
    return lost


def _texts(data: bytes, name: str) -> list[str]:
    items = extract(name, io.BytesIO(data)).items
    return [item.text for item in items if isinstance(item, ExtractedRecord)]


def charset_pieces() -> list[Piece]:
    """Pieces of the samples written in every charset of their language."""
    pieces = []
    for language, charsets in _WRITTEN_IN.items():
        sample = decode((FORMATS / "charsets" / f"sample-{language}.txt").read_bytes()).text
        for charset in charsets:
            for size in _PIECE_CHARS:
                for start in range(0, 3 * size, size):
                    text = sample[start : start + size].encode(charset, "ignore").decode(charset)
                    if len(text) > 0.7 * size and not text.isascii():
                        pieces.append(Piece(language, charset, text, text.encode(charset)))
    return pieces


def _ours(data: bytes) -> str | None:
    try:
        return decode(data).text
    except Refused:
        return None


def _library(data: bytes) -> str | None:
    match = from_bytes(data).best()
    return None if match is None else normal_lines(str(match))


def measure() -> list[Figure]:
    """The figures of this module."""
    figures = []
    for folder in FOLDERS:
        endings = read_folder(folder)
        settled = sum(bool(e.record_count or e.rules) for e in endings)
        figures.append(Figure(f"formats.{folder}.settled", settled / len(endings), "settled"))
        figures.append(
            Figure(
                f"formats.{folder}.files_with_records",
                sum(bool(e.record_count) for e in endings),
                f"{folder}_with_records",
            )
        )
    pieces = charset_pieces()
    right = sum(_ours(piece.data) == piece.text for piece in pieces) / len(pieces)
    library = sum(_library(piece.data) == piece.text for piece in pieces) / len(pieces)
    return [
        *figures,
        Figure("formats.charset_pieces.right", right, "charset_pieces"),
        Figure("formats.charset_pieces.right_of_library_alone", library, None),
        Figure("formats.hostile_strings.lost", float(lost_strings()), None),
    ]


def main() -> None:
    """Print the figures, and with --list every rejection."""
    for folder in FOLDERS:
        endings = read_folder(folder)
        rules = Counter(rule for ending in endings for rule in set(ending.rules))
        records = sum(ending.record_count for ending in endings)
        print(f"{folder}: {len(endings)} files, {records} records; rejected: {dict(rules)}")
        if "--list" in sys.argv:
            for ending in endings:
                for rule, message in zip(ending.rules, ending.messages, strict=True):
                    print(f"  {ending.name}: {rule}: {message}")
    for figure in measure():
        print(f"{figure.name} {figure.value:.4f}")


if __name__ == "__main__":
    main()
