"""Made-up files as they are delivered over three days: new, revised, copied, unreadable, gone."""

from __future__ import annotations

import os
import random
import shutil
import zlib
from pathlib import Path

PEOPLE = ("Mara Ellwood", "Tobias Renner", "Ines Calloway", "Pavel Horak", "Ruth Adeyemi")
PLACES = ("Harlow Bay", "Lisbon", "Nairobi", "Fort Bellamy", "Oslo")
BODIES = ("Harbour Council", "Northgate Rail", "Lindqvist Foods", "Meridian Bank", "Tern Airways")
VERBS = ("told", "warned", "thanked", "met", "answered")
MTIME = 1_767_225_600
DELIVERIES = 3


def _paragraph(chance: random.Random) -> str:
    return " ".join(
        f"{chance.choice(PEOPLE)} of {chance.choice(BODIES)} {chance.choice(VERBS)} reporters in "
        f"{chance.choice(PLACES)} on Monday that {chance.randint(2, 90)} of the works were done."
        for _ in range(3)
    )


def article(number: int, version: int = 1) -> str:
    """The text of a made-up article; a version differs in its last paragraph."""
    chance = random.Random(number)
    paragraphs = [_paragraph(chance) for _ in range(3)]
    paragraphs.append(_paragraph(random.Random(1000 * version + number)))
    title = f"{chance.choice(BODIES)} opens works number {number} in {chance.choice(PLACES)}"
    return "\n\n".join([title, f"By {chance.choice(PEOPLE)}", "12 March 2024", *paragraphs]) + "\n"


def files_of(delivery: int) -> dict[str, bytes]:
    """Every file that lies in the folder at a delivery (0, 1, 2), by name."""
    texts = {f"story_{number:02}.txt": article(number) for number in range(8)}
    if delivery >= 1:
        texts |= {f"story_{number:02}.txt": article(number) for number in range(8, 12)}
        texts |= {f"story_{number:02}.txt": article(number, 2) for number in (1, 2)}
        texts["story_01_copy.txt"] = texts["story_01.txt"]
        del texts["story_05.txt"]
    if delivery >= 2:
        texts |= {f"story_{number:02}.txt": article(number) for number in range(12, 15)}
        texts["story_02.txt"] = article(2, 3)
        del texts["story_00.txt"], texts["story_09.txt"]
    files = {name: text.encode() for name, text in texts.items()}
    files["picture.txt"] = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
    if delivery >= 1:
        files["empty.txt"] = b""
    return files


def deliver(folder: Path, delivery: int) -> None:
    """Make the folder hold exactly the files of a delivery; the same content has the same time."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, content in files_of(delivery).items():
        path = folder / name
        path.write_bytes(content)
        changed_at = MTIME + zlib.crc32(content) % 100_000
        os.utime(path, (changed_at, changed_at))
