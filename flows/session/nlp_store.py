"""Stores the language results of each paragraph, so that no paragraph is processed twice.

A part is one Parquet file per annotation, all with the same name. The file of sentences is written
last and completes the part. Results are keyed by component and annotations, so that a change of
either starts with an empty store.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import polars as pl

from transforms.nlp.annotation import Annotations, no_annotations, short_name
from warehouse.contract import Contract
from warehouse.leftover import remove_entry
from warehouse.parquet_file import DamagedFile, FileDamaged, read_part
from warehouse.tables import ANNOTATIONS
from warehouse.tables.paragraph import PARAGRAPH_SENTENCE, UNREAD

_WRITTEN = tuple(sorted(ANNOTATIONS, key=lambda contract: contract is PARAGRAPH_SENTENCE))
"""The annotations in the order in which a part is written, that of sentences last."""


def _suffix(contract: Contract) -> str:
    return f".{short_name(contract)}.parquet"


_SENTENCES = _suffix(PARAGRAPH_SENTENCE)


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
            # Paragraphs on which a pipeline failed are tried again by each run that has them.
            .filter(pl.col("token_count") != UNREAD)
            .select("paragraph_id", name.alias("home"))
            .unique("paragraph_id", keep="first", maintain_order=True)
            .collect()
        )

    def write(self, name: str, annotations: Annotations) -> None:
        """Write one part; if the process is killed meanwhile, the part does not count."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for contract in _WRITTEN:
            unfinished = self.folder / f"{name}{_suffix(contract)}.unfinished"
            contract.conform(annotations[contract.name]).write_parquet(unfinished)
            unfinished.replace(self.folder / f"{name}{_suffix(contract)}")

    def fetch(self, paragraph_id: pl.Series, names: Sequence[str]) -> Annotations:
        """Every annotation of these paragraphs.

        ``names`` are the parts that hold them; no other is opened.
        """
        if not names:
            return no_annotations()
        wanted = pl.LazyFrame({"paragraph_id": paragraph_id.unique()})
        found = {
            contract.name: pl.scan_parquet(
                [self.folder / f"{name}{_suffix(contract)}" for name in names], glob=False
            )
            .join(wanted, on="paragraph_id", how="semi")
            .unique()
            .collect()
            for contract in ANNOTATIONS
        }
        # Another of the parts may have what this one failed on.
        sentence = found[PARAGRAPH_SENTENCE.name]
        is_unread = pl.col("token_count") == UNREAD
        if (sentence["token_count"] == UNREAD).any():
            read = sentence.filter(~is_unread)["paragraph_id"].implode()
            found[PARAGRAPH_SENTENCE.name] = sentence.filter(
                ~(is_unread & pl.col("paragraph_id").is_in(read))
            )
        return {contract.name: contract.conform(found[contract.name]) for contract in ANNOTATIONS}

    def drop_damaged(self, names: Iterable[str] | None = None) -> list[DamagedFile]:
        """Remove the damaged ones among these parts (by default all); returns each with the reason.

        Nothing is lost: their paragraphs are read again.
        """
        if names is None:
            names = [path.name.removesuffix(_SENTENCES) for path in self._parts()]
        damaged = []
        for name in names:
            paths = {self.folder / f"{name}{_suffix(contract)}": contract for contract in _WRITTEN}
            try:
                for path, contract in paths.items():
                    read_part(path, contract)
            except FileDamaged as problem:
                damaged.append(DamagedFile(path, str(problem)))
                for file in paths:
                    remove_entry(file)
        return damaged

    def trim(self, most_bytes: int) -> None:
        """Drop whole parts, the oldest first, until the rest is no larger than that."""
        parts = sorted(self._parts(), key=lambda part: part.stat().st_mtime_ns, reverse=True)
        kept = 0
        for sentences in parts:
            name = sentences.name.removesuffix(_SENTENCES)
            # The file of sentences is removed first: a part without it does not count.
            files = [self.folder / f"{name}{_suffix(contract)}" for contract in reversed(_WRITTEN)]
            kept += sum(file.stat().st_size for file in files)
            if kept > most_bytes:
                for file in files:
                    file.unlink(missing_ok=True)

    def _parts(self) -> list[Path]:
        return sorted(self.folder.glob(f"*{_SENTENCES}"))


def drop_other_components(root: Path, component_id: str) -> None:
    """Remove the results of components that are not in use any more."""
    for folder in root.glob("*") if root.is_dir() else ():
        if folder.name != component_id or not folder.is_dir():
            remove_entry(folder)
