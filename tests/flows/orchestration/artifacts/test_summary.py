"""The page of a run: what it shows of counts, of strange names, and of the runs before it."""

from __future__ import annotations

import base64
import re
import xml.etree.ElementTree as ElementTree
from datetime import UTC, datetime
from pathlib import Path

from flows.orchestration.artifacts.asset import Lineage, asset_key
from flows.orchestration.artifacts.summary_page import code, markdown, plain
from flows.orchestration.artifacts.trend import PastRun, past_runs
from flows.session.summary import FailedCheck, Summary
from tests.conftest import SEEDS

OUTCOMES = {"loaded": 14, "unchanged": 0, "revised": 1, "duplicate": 1, "quarantined": 2,
            "removed": 0}  # fmt: skip


def summary(**given: object) -> Summary:
    values = {
        "run_id": "20240312T061500Z-0a1b2c", "status": "published", "source": "/in",
        "warehouse": "/w/news.duckdb", "files_seen": 18, "files_gone": 0, "files": OUTCOMES,
        "records": {}, "rows": {"article": 23, "block": 342, "sentence": 314, "mention": 412,
        "entity": 203, "source": 0}, "seconds": {"extract": 1.0, "language": 4.0},
        "checks_run": 374,
    } | given  # fmt: skip
    return Summary(**values)  # type: ignore[arg-type]


def pictures(page: str) -> list[str]:
    found = re.findall(r"\(data:image/svg\+xml;base64,([^)]+)\)", page)
    return [base64.b64decode(data).decode() for data in found]


def test_the_picture_and_the_diagram_show_the_same_way() -> None:
    page = markdown(summary())
    (picture,) = pictures(page)
    ElementTree.fromstring(picture)
    for words in ("18 files", "14 loaded", "2 quarantined", "23 articles", "203 entities"):
        assert words in picture
        assert f'["{words}"]' in page
    assert "removed" not in picture
    assert '  mention --> entity["203 entities"]' in page


def test_a_run_that_wrote_nothing_ends_at_its_files() -> None:
    page = markdown(summary(status="nothing_new", rows={}))
    assert page.startswith("## Nothing new")
    assert "article" not in pictures(page)[0]
    assert "### Rows written" not in page


def test_the_worst_reasons_come_first_and_once() -> None:
    quarantine = [
        ("/in/a.txt", "empty_file", "It is empty."),
        *((f"/in/{n}.json", "invalid_json", f"Line {n}.") for n in range(3)),
    ]
    page = markdown(summary(quarantine=tuple(quarantine)))
    assert (
        "- 3 × `invalid_json`: `0.json`. Line 0.\n- 1 × `empty_file`: `a.txt`. It is empty.\n"
        in page
    )


def test_strange_names_stay_text() -> None:
    assert code("a|b`c\nd") == "`a\\|b'c d`"
    assert plain("<b>*x*</b> | y") == "&lt;b>\\*x\\*&lt;/b> \\| y"
    check = FailedCheck("article.title.pattern", "warning", 1, 23, ("<script>alert(1)</script>",))
    page = markdown(summary(failed_checks=(check,), source="/in/новости `|` 新聞"))
    assert "<script>" not in page
    assert "`/in/новости '\\|' 新聞`" in page
    assert "373 of 374 held." in page


def test_the_trend_marks_failed_runs() -> None:
    at = datetime(2024, 3, 12, 6, 15, tzinfo=UTC)
    past = [PastRun(at, "published", 10, 2, 3.0), PastRun(at, "failed_checks", 0, 0, 1.0)]
    page = markdown(summary(), past)
    trend = pictures(page)[1]
    ElementTree.fromstring(trend)
    assert trend.count("#c0362c") == 1
    assert "| 2024-03-12 06:15 | failed checks | 0 | 0 | 1.0 |" in page


def test_past_runs_are_read_from_the_warehouse(seed_warehouse: Path) -> None:
    (run,) = past_runs(seed_warehouse)
    assert (run.status, run.loaded, run.withheld) == ("published", 15, 2)
    assert run.seconds > 0


def test_no_warehouse_has_no_past(tmp_path: Path) -> None:
    assert past_runs(tmp_path / "none.duckdb") == []


def test_asset_keys_keep_what_they_may_and_stay_apart() -> None:
    assert asset_key("duckdb:///w/новости.duckdb") == "duckdb:///w/новости.duckdb"
    spaced, hashed = asset_key("file:///in/a b"), asset_key("file:///in/a#b")
    assert re.fullmatch(r"file:///in/a_b-[0-9a-f]{8}", spaced)
    assert spaced != hashed
    assert len(asset_key("file:///" + "x" * 2000)) < 512


def test_lineage_names_source_warehouse_and_tables(tmp_path: Path) -> None:
    lineage = Lineage("s3://key:secret@bucket/news", tmp_path / "news.duckdb")
    assert lineage.source is not None
    assert lineage.source.key == "s3://bucket/news"
    assert lineage.table("check_result").key == f"duckdb://{tmp_path}/news.duckdb/ops/check_result"
    local = Lineage(str(SEEDS), tmp_path / "news.duckdb").source
    assert local is not None
    assert local.key == f"file://{SEEDS}"
