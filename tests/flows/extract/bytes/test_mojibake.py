"""Text decoded with the wrong charset is noted, and repaired only if that is requested."""

from __future__ import annotations

import gzip
import io
import json
import os
from pathlib import Path

import pytest

from flows.extract import extract
from flows.extract.bytes.mojibake import find_garbled, repaired_line
from flows.extract.record import ExtractedRecord

GARBLED = "Le maire a dit : « on verra ».\nIl a invité les élèves au café."
DELIVERED = GARBLED.encode().decode("cp1252")
CASES = Path(os.environ.get("NEWSHOUSE_EVAL", "../shared/eval")) / "formats" / "mojibake.jsonl.gz"


def _record(body: str, *, repair: bool) -> ExtractedRecord:
    page = f"<title>Caf\u00c3\u00a9</title><h1>Caf\u00c3\u00a9</h1><p>{body}</p>"
    (item,) = extract("a.html", io.BytesIO(page.encode()), repair_mojibake=repair).items
    assert isinstance(item, ExtractedRecord)
    return item


def test_mojibake_is_noted_and_left_as_delivered() -> None:
    (item,) = extract("a.txt", io.BytesIO(DELIVERED.encode())).items
    assert isinstance(item, ExtractedRecord)
    assert item.text == DELIVERED
    assert item.mojibake == "as delivered: 2 lines; first: Â« for «"


def test_mojibake_is_repaired_on_request() -> None:
    (item,) = extract("a.txt", io.BytesIO(DELIVERED.encode()), repair_mojibake=True).items
    assert isinstance(item, ExtractedRecord)
    assert item.text == GARBLED
    assert item.mojibake == "repaired: 2 lines; first: Â« for «"


def test_hints_point_into_the_repaired_text() -> None:
    item = _record(
        "L\u00c3\u00a9onie a visit\u00c3\u00a9 l\u00e2\u20ac\u2122\u00c3\u00a9cole.", repair=True
    )
    assert item.title == "Café"
    assert [item.text[h.start_char : h.end_char] for h in item.hints] == [
        "Café", "Léonie a visité l’école.",
    ]  # fmt: skip
    left = _record("L\u00c3\u00a9onie", repair=False)
    assert "LÃ©onie" in left.text


@pytest.mark.parametrize(
    "line",
    [
        "“We’re open,” she said — at last…",
        "El niño comió piñata en São Paulo; naïve façade",
        "Москва и Київ, 日本語の新聞, العربية",
        "½ of €20 is €10 ™ ® ©",
        "There are a lot of Ã’s in mojibake text",
    ],
)
def test_sound_text_is_left_alone(line: str) -> None:
    assert find_garbled(line) is None
    assert repaired_line(line) == line


@pytest.mark.eval
@pytest.mark.skipif(not CASES.exists(), reason="needs the gold data for measuring quality")
def test_the_public_cases() -> None:
    """80 cases of ftfy, of which ten ask for more than charsets (quotes, entities)."""
    with gzip.open(CASES, "rt", encoding="utf-8") as lines:
        cases = [json.loads(line) for line in lines]
    found = [find_garbled(case["original"]) is not None for case in cases]
    wanted = [case["original"] != case["fixed"] for case in cases]
    assert sum(a == b for a, b in zip(found, wanted, strict=True)) >= 72
    assert not any(a and not b for a, b in zip(found, wanted, strict=True))
    for case in cases:
        meant = repaired_line(case["original"])
        assert meant.count("\ufffd") <= case["original"].count("\ufffd")
