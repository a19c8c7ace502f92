"""Whatever becomes of the files beside a warehouse, a run goes on, and commands that read say what
they can in words. A damaged warehouse itself stays an error that says what to do."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from flows.cli.app import app
from rigs.crash.deliveries import article
from tests.conftest import Load
from warehouse.layout import layout_of

pytestmark = pytest.mark.slow


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def scramble(path: Path) -> None:
    path.write_bytes(random.Random(3).randbytes(path.stat().st_size))


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()
    (path / "within").write_text("x")


def dangle(path: Path) -> None:
    path.unlink()
    path.symlink_to("nowhere")


def swap(path: Path) -> None:
    """A file of the right kind with another table in it."""
    if path.suffix == ".parquet":
        path.unlink()
        duckdb.sql(f"copy (select 1 as a) to '{path}' (format parquet)")
    else:
        scramble(path)


Damage = Callable[[Path], None]
DAMAGES: list[Damage] = [cut, empty, scramble, folder, dangle, swap]

READING = {
    "status": ["status"],
    "quarantine": ["quarantine", "list"],
    "sql": ["sql", "select count(*) from article"],
    "search": ["search", "harbour"],
    "snapshots": ["snapshots", "list"],
}


@dataclass(frozen=True)
class Place:
    source: Path
    warehouse: Path

    def beside(self) -> list[Path]:
        """Every file beside the warehouse, as a path within its folder."""
        above = layout_of(self.warehouse).folder
        return sorted(path.relative_to(above) for path in above.rglob("*") if path.is_file())

    def copy_to(self, target: Path) -> Place:
        shutil.copytree(self.warehouse.parent, target)
        return Place(self.source, target / self.warehouse.name)


def whole_of(above: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in above.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, load: Load) -> Place:
    """Two publications and a run that found nothing new: snapshot, journal and language results."""
    source, warehouse = (tmp_path_factory.mktemp(name) for name in ("source", "warehouse"))
    made = Place(source, warehouse / "news.duckdb")
    for number in (1, 2, 2):
        (source / f"{number}.txt").write_text(article(number), "utf-8")
        load(source, made.warehouse)
    kinds = {path.parts[0] for path in made.beside()}
    assert kinds == {"journal", "nlp", "snapshots"}
    # Its first paragraphs were read before, so that kept results are asked for.
    (source / "3.txt").write_text(f"A third title\n\n{article(1).partition(chr(10))[2]}", "utf-8")
    return made


def command(*words: str, warehouse: Path) -> tuple[int, str]:
    done = CliRunner().invoke(app, [*words, "--warehouse", str(warehouse)])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


def run_is_whole(place: Place, load: Load) -> tuple[str, ...]:
    """Run after the damage: everything is published. Returns the notices about the damage."""
    summary = load(place.source, place.warehouse)
    assert summary.status == "published"
    with duckdb.connect(str(place.warehouse), read_only=True) as con:
        assert con.execute("select count(*) from article").fetchall() == [(3,)]
        assert con.execute(
            "select count(*) from sentence s semi join article a using (article_id)"
        ).fetchall() > [(20,)]
        message = con.execute("select message from ops.run order by run_id desc").fetchone()
    assert message == (" ".join(summary.notices) or None,)
    return summary.notices


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_run_goes_on_where_every_file_beside_the_warehouse_is_damaged(
    place: Place, load: Load, tmp_path: Path, capfd: pytest.CaptureFixture[str], damage: Damage
) -> None:
    hurt = place.copy_to(tmp_path / "copy")
    above = layout_of(hurt.warehouse).folder
    for path in place.beside():
        damage(above / path)
    before = whole_of(hurt.warehouse.parent)
    for words in READING.values():
        code, output = command(*words, warehouse=hurt.warehouse)
        assert code == 0, output
    assert whole_of(hurt.warehouse.parent) == before
    (record,) = [path for path in place.beside() if path.match("journal/*.run.parquet")]
    _, output = command("status", warehouse=hurt.warehouse)
    assert f"{above / record} is damaged" in output

    notices = run_is_whole(hurt, load)

    assert any(str(above / record) in line for line in notices)
    if damage is not dangle:  # a link to nothing in the store is no result, and nothing is lost
        assert any("language results were damaged and removed" in line for line in notices)
    printed = capfd.readouterr().err
    assert all(line in printed for line in notices)
    _, output = command("status", warehouse=hurt.warehouse)
    assert "were moved by earlier runs" in output
    assert "is damaged" not in output


def test_each_file_alone(place: Place, load: Load, tmp_path: Path) -> None:
    for number, path in enumerate(place.beside()):
        hurt = place.copy_to(tmp_path / str(number))
        scramble(layout_of(hurt.warehouse).folder / path)
        notices = run_is_whole(hurt, load)
        # Results of checks are no use without the row of their run: they go with it.
        lines = {"snapshots": 0, "journal": 2 if path.match("*.run.parquet") else 1, "nlp": 1}
        assert len(notices) == lines[path.parts[0]], (path, notices)


def test_a_file_where_a_folder_belongs_is_set_aside(
    place: Place, load: Load, tmp_path: Path
) -> None:
    hurt = place.copy_to(tmp_path / "copy")
    above = layout_of(hurt.warehouse).folder
    names = ("docs", "journal", "nlp", "next", "snapshots", "staging")
    for name in names:
        shutil.rmtree(above / name, ignore_errors=True)
        (above / name).write_text("a note of somebody's", "utf-8")
    for words in READING.values():
        code, output = command(*words, warehouse=hurt.warehouse)
        assert code == 0, output

    assert len(run_is_whole(hurt, load)) == len(names)

    assert {path.name for path in above.glob("*.damaged")} == {f"{name}.damaged" for name in names}


@pytest.mark.parametrize("damage", [cut, empty, scramble, swap])
def test_a_damaged_warehouse_is_an_error_in_one_line(
    place: Place, tmp_path: Path, damage: Damage
) -> None:
    hurt = place.copy_to(tmp_path / "copy")
    damage(hurt.warehouse)
    commands = [*READING.values(), ["check"], ["run", str(place.source)],
                ["explore", "--export", str(tmp_path / "page.html")]]  # fmt: skip
    for words in commands:
        if words == READING["snapshots"]:
            continue
        code, output = command(*words, warehouse=hurt.warehouse)
        assert code in (1, 2), (words, output)
        assert str(hurt.warehouse) in output, words
        assert "snapshots list" in output, words
        assert len(output.splitlines()) <= 2, (words, output)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"[1]", b"{}", b'{"pid": "x"'])
def test_what_stands_in_the_lock_file_does_not_matter(
    place: Place, load: Load, tmp_path: Path, content: bytes
) -> None:
    hurt = place.copy_to(tmp_path / "copy")
    layout_of(hurt.warehouse).lock.write_bytes(content)
    code, output = command("status", warehouse=hurt.warehouse)
    assert code == 0, output
    assert run_is_whole(hurt, load) == ()
