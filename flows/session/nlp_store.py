"""Keeps what the language pass said of each paragraph, so that no paragraph is read twice.

A part is two Parquet files of one name; the one of sentences is written last and makes the part
whole. Keyed by component, so that another pipeline or version starts afresh.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import polars as pl

from warehouse.leftover import remove_entry
from warehouse.parquet_file import DamagedFile, FileDamaged, read_part
from warehouse.tables.paragraph import PARAGRAPH_SENTENCE, PARAGRAPH_SPAN, UNREAD

_SENTENCES = ".sentence.parquet"
_SPANS = ".span.parquet"


class NlpStore:
    """Language results of one component, in a folder beside the warehouse."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def known(self) -> pl.DataFrame:
        """The paragraphs that were read already and a part that has them: `paragraph_id, home`.

        Raises PolarsError or OSError where a part is damaged: see `drop_damaged`.
        """
        parts = self._parts()
        if not parts:
            return pl.DataFrame(schema={"paragraph_id": pl.String(), "home": pl.String()})
        name = pl.col("home").str.strip_prefix(f"{self.folder}/").str.strip_suffix(_SENTENCES)
        return (
            pl.scan_parquet(parts, include_file_paths="home", glob=False)
            # What a pipeline failed on is tried again by each run that meets it.
            .filter(pl.col("token_count") != UNREAD)
            .select("paragraph_id", name.alias("home"))
            .unique("paragraph_id", keep="first", maintain_order=True)
            .collect()
        )

    def write(
        self, name: str, paragraph_sentence: pl.DataFrame, paragraph_span: pl.DataFrame
    ) -> None:
        """Keep one part; killed at any instant, it is there whole or not at all."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for suffix, frame in (
            (_SPANS, PARAGRAPH_SPAN.conform(paragraph_span)),
            (_SENTENCES, PARAGRAPH_SENTENCE.conform(paragraph_sentence)),
        ):
            unfinished = self.folder / f"{name}{suffix}.unfinished"
            frame.write_parquet(unfinished)
            unfinished.replace(self.folder / f"{name}{suffix}")

    def fetch(
        self, paragraph_id: pl.Series, names: Sequence[str]
    ) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Sentences and spans of these paragraphs, PARAGRAPH_SENTENCE and PARAGRAPH_SPAN.

        ``names`` are the parts that hold them; no other is opened.
        """
        if not names:
            return PARAGRAPH_SENTENCE.empty(), PARAGRAPH_SPAN.empty()
        wanted = pl.LazyFrame({"paragraph_id": paragraph_id.unique()})
        sentence, span = (
            pl.scan_parquet([self.folder / f"{name}{suffix}" for name in names], glob=False)
            .join(wanted, on="paragraph_id", how="semi")
            .unique()
            for suffix in (_SENTENCES, _SPANS)
        )
        found, spans = sentence.collect(), span.collect()
        # Another of the parts may have what this one failed on.
        is_unread = pl.col("token_count") == UNREAD
        if (found["token_count"] == UNREAD).any():
            read = found.filter(~is_unread)["paragraph_id"].implode()
            found = found.filter(~(is_unread & pl.col("paragraph_id").is_in(read)))
        return PARAGRAPH_SENTENCE.conform(found), PARAGRAPH_SPAN.conform(spans)

    def drop_damaged(self, names: Iterable[str] | None = None) -> list[DamagedFile]:
        """Remove those of these parts (of all there are) that are damaged; why, once a part.

        What they held is only kept to be quicker: the paragraphs are read again.
        """
        if names is None:
            names = [path.name.removesuffix(_SENTENCES) for path in self._parts()]
        damaged = []
        for name in names:
            paths = {self.folder / f"{name}{_SPANS}": PARAGRAPH_SPAN,
                     self.folder / f"{name}{_SENTENCES}": PARAGRAPH_SENTENCE}  # fmt: skip
            try:
                for path, contract in paths.items():
                    read_part(path, contract)
            except FileDamaged as problem:
                damaged.append(DamagedFile(path, str(problem)))
                for half in paths:
                    remove_entry(half)
        return damaged

    def trim(self, most_bytes: int) -> None:
        """Drop whole parts, the oldest first, until the rest is no larger than that."""
        parts = sorted(self._parts(), key=lambda part: part.stat().st_mtime_ns, reverse=True)
        kept = 0
        for sentences in parts:
            spans = sentences.with_name(sentences.name.removesuffix(_SENTENCES) + _SPANS)
            kept += sentences.stat().st_size + spans.stat().st_size
            if kept > most_bytes:
                sentences.unlink()
                spans.unlink(missing_ok=True)

    def _parts(self) -> list[Path]:
        return sorted(self.folder.glob(f"*{_SENTENCES}"))


def drop_other_components(root: Path, component_id: str) -> None:
    """Remove the results of components that are not in use any more."""
    for folder in root.glob("*") if root.is_dir() else ():
        if folder.name != component_id or not folder.is_dir():
            remove_entry(folder)
