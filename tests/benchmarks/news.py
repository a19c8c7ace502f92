"""Generated news-like articles: seeded, in the shape of scraped text. Holds no real article.

Sentences are those of the project's own seed articles, with persons, places and figures exchanged,
so that vocabulary and sentence lengths are those of news while hardly a paragraph repeats.
"""

from __future__ import annotations

import random
import re
from pathlib import Path

SEEDS = Path(__file__).resolve().parents[2] / "seeds" / "articles"
COPIES = 0.15
"""Share of articles that are copies of another under a headline of their own, as agencies' are."""

_FIRST = (
    "Amina Henrik Grace Samson Saskia Kenji Bronte Mei-Ling Jack Teretia Peter Ruth Alicia Daniel"
)
_LAST = (
    "Wekesa Solberg Odhiambo Otieno Vermeulen Morita Hallam Foo Tranter Baraniko Mwangi Romero "
    "Whitcombe Okello Delacroix Achieng Larsen Petrov Nakamura Castellanos Abubakar Lindqvist"
)
_PLACES = (
    "Nairobi Geneva Kisumu Kampala Amsterdam Copenhagen Singapore Brisbane Oslo Lagos Lima Ottawa "
    "Helsinki Manila Warsaw Lisbon Dakar Quito Hanoi Tbilisi"
)
_CAPITALISED = re.compile(r"\b[A-Z][a-z]+ [A-Z][a-z]+\b")
_NUMBER = re.compile(r"\b\d{1,3}\b")


def _sentences() -> list[str]:
    texts = [
        path.read_text("utf-8")
        for path in sorted(SEEDS.glob("*.txt"))
        if path.name.startswith(("harbour", "rift", "otter", "northstar", "bellwether"))
    ]
    flat = re.sub(r"(?<!\n)\n(?!\n)", " ", "\n\n".join(texts))
    found = re.split(r"(?<=[.!?”])\s+(?=[A-Z“])", flat)
    return sorted({s.strip() for s in found if 60 <= len(s.strip()) <= 320 and "\n" not in s})


def write_articles(folder: Path, count: int, *, words: int = 450, seed: int = 7) -> int:
    """Write ``count`` articles of about ``words`` words each; the number of characters written."""
    chance = random.Random(seed)
    sentences, first, last, places = _sentences(), _FIRST.split(), _LAST.split(), _PLACES.split()
    folder.mkdir(parents=True, exist_ok=True)
    bodies: list[str] = []
    written = 0

    def person() -> str:
        return f"{chance.choice(first)} {chance.choice(last)}"

    def paragraph() -> str:
        chosen = " ".join(chance.sample(sentences, chance.randint(1, 3)))
        named = _CAPITALISED.sub(lambda m: person() if chance.random() < 0.5 else m[0], chosen)
        placed = named.replace("Kisumu", chance.choice(places))
        return _NUMBER.sub(lambda _: str(chance.randint(2, 999)), placed)

    for number in range(count):
        if bodies and chance.random() < COPIES:
            body = chance.choice(bodies)
        else:
            paragraphs, total = [], 0
            while total < words * chance.uniform(0.6, 1.4):
                paragraphs.append(paragraph())
                total += paragraphs[-1].count(" ") + 1
            body = "\n\n".join(paragraphs)
            bodies.append(body)
        title = f"{person()} wins talks in {chance.choice(places)} after {number:,} days"
        text = (
            f"{title}\n\nBy {person()}\n\n{body}\n\nMost read\n\nRain in {chance.choice(places)}\n"
        )
        (folder / f"{number:06}.txt").write_text(text, "utf-8")
        written += len(text)
    return written
