"""Staged rows of made-up articles, whole enough to be published. Proves nothing itself."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from warehouse.contract import TIMESTAMP, Column
from warehouse.tables import BY_NAME
from warehouse.tables.run import OUTCOMES

START = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)
PEOPLE = ("Ada Okonkwo", "Bruno Šimić", "Chloë Dubois", "Dai Rhys", "Eun-ji Park")
PLACES = (("Norvale", "NO"), ("São Vento", "BR"), ("Kettlemere", "GB"))
SOURCES = ("tidewater_post", "unknown")

Rows = list[dict[str, Any]]


def run_id_of(number: int) -> str:
    """The id of the made-up run of that number; later runs sort later."""
    started = START + timedelta(hours=number)
    return f"{started:%Y%m%dT%H%M%SZ}-{number:06x}"


def hex16(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def hex64(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _filler(column: Column) -> Any:
    """What stands in a column that a made-up row says nothing of."""
    if column.nullable:
        return None
    if column.dtype == pl.String():
        return column.allowed[0] if column.allowed else ""
    if column.dtype == pl.Boolean():
        return False
    return START if column.dtype == TIMESTAMP else column.minimum or 0


@dataclass
class MadeUp:
    """Rows of one run by table, to be changed by a test before they are written."""

    run_id: str
    rows: dict[str, Rows] = field(default_factory=dict)

    def add(self, table: str, **values: Any) -> None:
        blank = {column.name: _filler(column) for column in BY_NAME[table].columns}
        unknown = set(values) - set(blank)
        assert not unknown, unknown
        self.rows.setdefault(table, []).append(blank | values)

    def frames(self) -> Mapping[str, pl.DataFrame]:
        return {
            table: BY_NAME[table].conform(
                pl.DataFrame(rows, schema=BY_NAME[table].polars_schema, orient="row")
            )
            for table, rows in self.rows.items()
        }

    def write(self, folder: Path, parts: int = 1) -> Path:
        """The staging folder of the run, each table in that many parts."""
        staging = folder / self.run_id
        for table, frame in self.frames().items():
            (staging / table).mkdir(parents=True, exist_ok=True)
            size = -(-frame.height // parts)
            for number in range(parts):
                part = frame.slice(number * size, size)
                part.write_parquet(staging / table / f"{number:04d}.parquet")
        return staging


def made_up_run(number: int, articles: Mapping[str, int], *, paragraphs: int = 3) -> MadeUp:
    """A run that loads the named articles, each in the version given.

    The same name and version always make the same rows, whatever run they are in.
    """
    run = MadeUp(run_id_of(number))
    started = START + timedelta(hours=number)
    add_run(run, started, loaded=len(articles))
    for source_id in SOURCES:
        run.add("source", source_id=source_id, name=source_id.title())
    for stage in ("block", "nlp"):
        run.add("component", component_id=hex16(stage), stage=stage, name=stage,
                version="1", config="{}")  # fmt: skip
    _add_entities(run)
    for name, version in articles.items():
        _add_article(run, started, name, version, paragraphs)
    return run


def add_run(run: MadeUp, started: datetime, *, loaded: int = 0, status: str = "published") -> None:
    zero = {f"files_{outcome}": 0 for outcome in OUTCOMES}
    zero |= {f"records_{outcome}": 0 for outcome in OUTCOMES if outcome != "removed"}
    counts = zero | {"files_loaded": loaded, "records_loaded": loaded}
    ended = None if status == "running" else started + timedelta(seconds=9)
    run.add("run", run_id=run.run_id, started_at=started, ended_at=ended, status=status,
            source_uri="file:///made/up", collection="seeds", code_version="0", config="{}",
            files_seen=loaded, files_gone=0, records_seen=loaded, row_counts="{}",
            stage_seconds=json.dumps({"extract": 0.5}), **counts)  # fmt: skip


def _add_entities(run: MadeUp) -> None:
    named: list[tuple[str, str, str | None]] = [(name, "person", None) for name in PEOPLE]
    named += [(name, "place", country) for name, country in PLACES]
    for name, kind, country in named:
        entity_id = hex16(name)
        run.add("entity", entity_id=entity_id, entity_type=kind, name=name,
                country_iso2=country, resolution="made_up")  # fmt: skip
        run.add("entity_alias", entity_id=entity_id, alias=name, kind="canonical", source="made_up")


def _add_article(run: MadeUp, started: datetime, name: str, version: int, paragraphs: int) -> None:
    article_id, seed = hex16(name), int(hex16(name), 16)
    title = f"Harbour “{name}” reopens, edition {version}"
    bodies = [_paragraph(seed + n, n) for n in range(paragraphs)]
    text = "\n\n".join([title, *("\n".join(sentences) for sentences in bodies)]) + "\n"
    body_text = "\n\n".join("\n".join(sentences) for sentences in bodies)
    sentence_no = mention_no = 0
    start = 0
    for block_no, sentences in enumerate([[title], *bodies]):
        block_text = "\n".join(sentences)
        run.add("block", article_id=article_id, block_no=block_no,
                kind="paragraph" if block_no else "title", is_body=bool(block_no),
                start_char=start, end_char=start + len(block_text), text=block_text,
                rule="made_up")  # fmt: skip
        at = start
        for sentence in sentences:
            run.add("sentence", article_id=article_id, sentence_no=sentence_no, block_no=block_no,
                    start_char=at, end_char=at + len(sentence), text=sentence,
                    token_count=len(sentence.split()))  # fmt: skip
            for who, kind in [*((p, "person") for p in PEOPLE), *((p, "place") for p, _ in PLACES)]:
                if who in sentence:
                    begin = at + sentence.index(who)
                    run.add("mention", article_id=article_id, mention_no=mention_no,
                            sentence_no=sentence_no, entity_id=hex16(who), entity_type=kind,
                            start_char=begin, end_char=begin + len(who), text=who,
                            method="model")  # fmt: skip
                    mention_no += 1
            at += len(sentence) + 1
            sentence_no += 1
        start += len(block_text) + 2
    source_id, file_id = SOURCES[seed % 2], hex64(f"{name}/{version}")
    uri = f"file:///made/up/{name}.txt"
    run.add("article", article_id=article_id, source_uri=uri, source_id=source_id, title=title,
            published_at=START + timedelta(days=seed % 40), published_precision="day",
            published_source="metadata", published_status="explicit", language="en", text=text,
            body_text=body_text, word_count=len(body_text.split()), sentence_count=sentence_no,
            content_hash=hex64(text), body_hash=hex64(body_text), version_no=version,
            run_id=run.run_id)  # fmt: skip
    run.add("article_version", article_id=article_id, version_no=version, valid_from=started,
            is_current=True, file_id=file_id, content_hash=hex64(text), title=title, text=text,
            run_id=run.run_id)  # fmt: skip
    run.add("record", article_id=article_id, version_no=version, collection="seeds", file_uri=uri,
            locator="", file_id=file_id, format="text", source_id=source_id,
            hints="[]", made_version=True, first_file_uri=uri)  # fmt: skip
    run.add("file", run_id=run.run_id, source_uri=uri, collection="seeds", file_id=file_id,
            byte_count=len(text), modified_at=START, format="text", encoding="utf-8",
            outcome="loaded" if version == 1 else "revised")  # fmt: skip
    for stage in ("block", "nlp"):
        run.add("article_component", article_id=article_id, stage=stage, component_id=hex16(stage))


def _paragraph(seed: int, number: int) -> list[str]:
    person, place = PEOPLE[seed % len(PEOPLE)], PLACES[seed // 7 % len(PLACES)][0]
    return [
        f"“We’re open,” said {person}, who runs pier {seed % 90 + 1}.",
        f"Boats left {place} at dawn; {PEOPLE[(seed + number) % len(PEOPLE)]} watched 🌊.",
    ]
