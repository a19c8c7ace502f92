"""Whatever a file holds, reading it ends in records and reasons, twice the same.

`python -m tests.flows.extract.test_fuzz 5000` damages each sample that often and prints the count.
"""

from __future__ import annotations

import codecs
import io
import sys
import time
from collections import Counter
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.extract import extract
from flows.extract.record import ExtractedRecord, Item, Limits
from tests.flows.extract.samples import samples
from warehouse.tables.block import BLOCK_KINDS

SAMPLES = samples()
LIMITS = Limits(record_bytes=2**20, file_bytes=2**22, record_count=500, ratio=200)
_HOSTILE = (
    b"\0", b"\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xe2\x80\xae", b"<", b">", b"&#0;",
    b"&#xD800;", b"<!ENTITY a '&b;'>", b"]]>", b"<![CDATA[", b"<!--", b'"', b"\\ud800", b"\\",
    b"{", b"[" * 2000, b"}", b"]", b",", b"\n", b"\r", b"\r\n\r\n", b"WARC/1.0\r\n",
    b"Content-Length: 99999999999999999999\r\n", b"Content-Length: -1\r\n", b"99999999999999",
    b"charset=utf-7", b"charset=\xff", b"=?utf-8?b?/w==?=", b"\x1f\x8b\x08", b"PK\x03\x04",
    b"PK\x05\x06", b"<div>" * 3000, b"<table>" * 300, b"<a href='http://['>x y z w</a>",
    b"<rss>", b"<svg><title>", b"<template>", b"<p hidden>", b"<base href='//['>",
)  # fmt: skip


def damaged(data: bytes, random: Random) -> bytes:
    """The bytes with one to six random injuries."""
    for _ in range(random.randint(1, 6)):
        start = random.randrange(len(data) + 1)
        end = min(len(data), start + random.randint(1, 40))
        match random.randrange(7):
            case 0:
                data = data[:start]
            case 1:
                data = data[:start] + data[end:]
            case 2:
                data = data[:start] + random.choice(_HOSTILE) + data[start:]
            case 3:
                data = data[:start] + random.randbytes(end - start) + data[end:]
            case 4:
                data = data[:end] + data[start:]
            case 5:
                other = random.choice(list(SAMPLES.values()))
                data = data[:start] + other[random.randrange(len(other)) :][:200] + data[start:]
            case _:
                flipped = bytes(byte ^ (1 << random.randrange(8)) for byte in data[start:end])
                data = data[:start] + flipped + data[end:]
    return data


def read_and_check(name: str, data: bytes) -> list[Item]:
    """Read, and hold what every extraction promises."""
    found = extract(name, io.BytesIO(data), LIMITS)
    items = list(found.items)
    assert items, "a file must not vanish"
    if found.encoding is not None:
        assert codecs.lookup(found.encoding).name == found.encoding
    for item in items:
        if not isinstance(item, ExtractedRecord):
            assert item.rule
            assert item.message.isprintable(), item
            assert item.payload is None or len(item.payload) <= LIMITS.payload_chars
            (item.message + (item.payload or "") + (item.locator or "")).encode()
            continue
        assert item.text.strip()
        assert "\r" not in item.text
        assert "\0" not in item.text
        for text in vars(item).values():
            if isinstance(text, str):
                text.encode()
        end = 0
        for hint in item.hints:
            assert end <= hint.start_char < hint.end_char <= len(item.text)
            assert hint.kind in BLOCK_KINDS
            assert item.text[hint.start_char : hint.end_char].strip()
            end = hint.end_char
    locators = [item.locator for item in items if isinstance(item, ExtractedRecord)]
    assert len(locators) == len(set(locators))
    return items


@pytest.mark.parametrize("name", SAMPLES)
def test_a_whole_sample_is_read(name: str) -> None:
    assert all(isinstance(item, ExtractedRecord) for item in read_and_check(name, SAMPLES[name]))


@pytest.mark.parametrize("name", SAMPLES)
@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
def test_damage_ends_in_records_and_reasons(name: str, seed: int) -> None:
    data = damaged(SAMPLES[name], Random(seed))
    assert read_and_check(name, data) == read_and_check(name, data)


@given(data=st.binary(max_size=400), name=st.sampled_from([*SAMPLES, "file", "x.duckdb"]))
def test_any_bytes_end_in_records_and_reasons(data: bytes, name: str) -> None:
    read_and_check(name, data)


@given(text=st.text(max_size=400), name=st.sampled_from([*SAMPLES, "file"]))
def test_any_text_ends_in_records_and_reasons(text: str, name: str) -> None:
    read_and_check(name, text.encode("utf-8", "surrogatepass"))


def main(rounds: int) -> None:
    """Damage every sample ``rounds`` times; print how many ended how, and the slowest."""
    outcomes: Counter[str] = Counter()
    for name, sample in SAMPLES.items():
        slowest = 0.0
        for seed in range(rounds):
            data = damaged(sample, Random(f"{name} {seed}"))
            began = time.perf_counter()
            try:
                items = read_and_check(name, data)
            except BaseException:
                print(f"{name}: seed {seed} fails")
                raise
            slowest = max(slowest, time.perf_counter() - began)
            outcomes.update(getattr(item, "rule", "record") for item in items)
        print(f"{name}: {rounds:,} damaged files read, slowest {slowest:.2f} s")
    print(f"{rounds * len(SAMPLES):,} files: {dict(outcomes.most_common())}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
