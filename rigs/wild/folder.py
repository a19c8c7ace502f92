"""The folder that the real command runs over: shared real data where it is, and made-up files."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from rigs.quality.gold_blocks import gold_folder
from rigs.wild.files import READING_RULES, WildFile, damaged, make_files

ROOT = Path(__file__).resolve().parents[2]
REAL = ("pages", "pages_en", "rendered")
"""Folders of real pages, of which at most a very small share may be withheld."""

_SHARED = {
    "pages": "pages/files", "pages_en": "pages_en/files", "reports": "reports/inputs",
    "formats": "formats",
}  # fmt: skip
_WORD = re.compile(rb"(?<= )[a-z]{4,12}(?= [a-z])")
_GZIP = b"\x1f\x8b"


@dataclass
class Folder:
    """A folder and, by path inside it, the files whose ends are predicted.

    ``history`` holds what was predicted of files that an edit replaced: their texts stay.
    """

    root: Path
    made: dict[bytes, WildFile] = field(default_factory=dict)
    history: list[WildFile] = field(default_factory=list)
    gone: int = 0

    def place(self, file: WildFile) -> None:
        """Write a file, over the one that was there."""
        path = self.path(file.path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.data)
        self.made[file.path] = file

    def path(self, inside: bytes) -> Path:
        """The full path of a path inside the folder, whatever bytes it is made of."""
        return self.root / os.fsdecode(inside)

    def listing(self) -> list[bytes]:
        """Paths of all files that are news: hidden files, lock files and warehouses are not."""
        return sorted(self._walk(os.fsencode(self.root)))

    def _walk(self, folder: bytes) -> Iterator[bytes]:
        for entry in os.scandir(folder):
            if entry.name.startswith((b".", b"~$")) or entry.name.lower().endswith(
                (b".lock", b".duckdb", b".duckdb.wal", b".duckdb.d")
            ):
                continue
            if entry.is_dir():
                yield from self._walk(entry.path)
            else:
                yield entry.path[len(os.fsencode(self.root)) + 1 :]


def make_folder(root: Path, *, records: int, seed: int, shared: bool) -> Folder:
    """Everything the first run reads."""
    folder = Folder(root)
    shutil.copytree(ROOT / "seeds/articles", root / "seeds")
    if shared:
        for name, inside in _SHARED.items():
            if (gold_folder() / inside).is_dir():
                shutil.copytree(gold_folder() / inside, root / name)
        _place_rendered(root / "rendered")
    for file in make_files(records, seed):
        folder.place(file)
    return folder


def _place_rendered(folder: Path) -> None:
    """Each real page as the plain text of its article's area, and of the whole page."""
    source = gold_folder() / "blocks" / "rendered_pages.jsonl.gz"
    if not source.exists():
        return
    folder.mkdir()
    with gzip.open(source, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            page = json.loads(line)
            for view in ("article_text", "page_text"):
                (folder / f"{number:03}_{view}.txt").write_text(page[view], encoding="utf-8")


def change_half(folder: Folder, *, records: int, seed: int) -> dict[str, int]:
    """Change half of the files, and bring new ones; how many were changed in which way."""
    random = Random(f"change {seed}")
    edited = {file.path: file for file in make_files(records, seed, edition=2)}
    listing = folder.listing()
    ways = ("word changed",) * 5 + ("deleted", "renamed", "replaced by garbage", "touched")
    count = dict.fromkeys((*dict.fromkeys(ways), "new"), 0)
    for path in random.sample(listing, len(listing) // 2):
        way = random.choice(ways)
        count[way] += 1
        _change(folder, path, way, edited, random)
    for file in make_files(max(records // 20, 1), seed, first=records):
        if file.path not in folder.made:
            count["new"] += 1
            folder.place(file)
    folder.gone = len(set(listing) - set(folder.listing()))
    return count


def _change(
    folder: Folder, path: bytes, way: str, edited: dict[bytes, WildFile], random: Random
) -> None:
    full, before = folder.path(path), folder.made.pop(path, None)
    if before is not None:
        folder.history.append(before)
    match way:
        case "deleted":
            full.unlink()
        case "renamed":
            ending = b".".join(path.rpartition(b"/")[2].split(b".")[-2:])[-100:]
            moved = b"renamed/%08d %s" % (random.getrandbits(24), ending)
            folder.path(b"renamed").mkdir(exist_ok=True)
            full.rename(folder.path(moved))
            if before is not None:
                folder.made[moved] = WildFile(moved, before.data, before.records, before.rules)
        case "replaced by garbage":
            garbage = random.randbytes(random.randint(1, 4_000))
            if random.random() < 0.5:
                garbage = damaged(full.read_bytes(), random)
            folder.place(WildFile(path, garbage, (), READING_RULES))
        case "touched":
            os.utime(full, ns=(10**18 + random.getrandbits(40), 10**18 + random.getrandbits(40)))
            if before is not None:
                folder.made[path] = before
        case _ if path in edited:
            folder.place(edited[path])
        case _:
            full.write_bytes(other_word(full.read_bytes()))


def other_word(data: bytes) -> bytes:
    """The bytes with one word of their text longer by a letter; packed ones are packed again."""
    if data.startswith(_GZIP):
        try:
            return gzip.compress(other_word(gzip.decompress(data)), mtime=0)
        except (OSError, EOFError):
            return data
    found = list(_WORD.finditer(data))
    if not found:
        return data + b"\n"
    end = found[len(found) // 2].end()
    return data[:end] + b"s" + data[end:]
