"""The gold pages of the block harness: where they lie, their metric and labels of their lines."""

from __future__ import annotations

import gzip
import json
import os
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

Grams = Counter[tuple[str, ...]]

_WORD = re.compile(r"\w+")
VIEWS = ("article_text", "page_text")


class GoldPage(NamedTuple):
    """One page as rendered, in both views, and the words of its story."""

    page_id: str
    url: str
    article_text: str
    page_text: str
    gold_body: str


def gold_folder() -> Path:
    """Folder of the gold data: NEWSHOUSE_EVAL, else beside the project."""
    root = os.environ.get("NEWSHOUSE_EVAL")
    return Path(root) if root else Path(__file__).parents[3] / "shared" / "eval"


def gold_file() -> Path:
    """The pages; absent where the gold data is not at hand."""
    return gold_folder() / "blocks" / "rendered_pages.jsonl.gz"


def read_gold_pages() -> list[GoldPage]:
    """All pages in the order of the file."""
    with gzip.open(gold_file(), "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [
        GoldPage(row["id"], row["url"], row["article_text"], row["page_text"], row["gold_body"])
        for row in rows
    ]


def grams(text: str) -> Grams:
    """Multiset of word 4-grams; of a shorter text its words as one."""
    words = _WORD.findall(text)
    if len(words) < 4:
        return Counter([tuple(words)] if words else [])
    return Counter(zip(words, words[1:], words[2:], words[3:], strict=False))


def precision_recall(body: str, gold_body: str) -> tuple[float, float]:
    """Multiset precision and recall of the 4-grams of one page."""
    found, gold = grams(body), grams(gold_body)
    hits = sum((found & gold).values())
    return (
        hits / sum(found.values()) if found else 0.0,
        hits / sum(gold.values()) if gold else 0.0,
    )


def story_lines(lines: Sequence[str], gold_body: str) -> list[bool]:
    """Which lines are story, by the gold words.

    A line of four words and more is, when half of its 4-grams are gold ones; of equal lines as
    many as gold has, those with most story around. A shorter line is, when it is a gold line and
    story stands within three lines.
    """
    gold = set(grams(gold_body))
    gold_lines = Counter(" ".join(line.split()) for line in gold_body.split("\n"))
    plain = [" ".join(line.split()) for line in lines]
    known: list[bool | None] = []
    for line in plain:
        own = grams(line)
        hits = sum(count for gram, count in own.items() if gram in gold)
        long = len(_WORD.findall(line)) >= 4
        known.append(2 * hits >= own.total() if long else None)
    equal = defaultdict(list)
    for number, line in enumerate(plain):
        if known[number]:
            equal[line].append(number)
    around = [sum(bool(flag) for flag in known[max(0, i - 8) : i + 9]) for i in range(len(known))]
    for line, numbers in equal.items():
        ranked = sorted(numbers, key=lambda number: -around[number])
        for number in ranked[max(1, gold_lines[line]) :]:
            known[number] = False
    return [
        flag if flag is not None else plain[i] in gold_lines and any(known[max(0, i - 3) : i + 4])
        for i, flag in enumerate(known)
    ]
