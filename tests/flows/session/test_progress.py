"""Pace and progress: what is reported to listeners, and what a listener does with it."""

from __future__ import annotations

import time
from uuid import uuid4

import httpx
import pytest

from flows.orchestration.artifacts import live_progress as module
from flows.orchestration.artifacts.live_progress import ProgressArtifact
from flows.session.progress import Pace, ProgressListener, Several, duration_words


def test_pace_says_how_fast_and_how_long(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    pace = Pace(2000, "articles")
    assert pace.words() == "0 of 2,000 articles"
    now = 110.0
    pace.done = 800
    assert pace.words() == "800 of 2,000 articles, 80 articles/s, 15 s left"
    assert Pace(None, "articles").words() == "under way"


@pytest.mark.parametrize(("seconds", "words"), [(17, "17 s"), (240, "4 min"), (7500, "2 h 05 min")])
def test_durations_are_for_people(seconds: float, words: str) -> None:
    assert duration_words(seconds) == words


def test_the_per_cent_of_a_run_never_falls() -> None:
    artifact = ProgressArtifact()
    seen = []
    for stage in ("discover", "extract", "blocks", "blocks", "language", "publish"):
        artifact.begin(stage, 10, "articles")
        for _ in range(12):  # a stage that is tried again counts twice
            artifact.advance(1)
            seen.append(artifact.state()[0])
    assert seen == sorted(seen)
    assert seen[-1] <= 100


def test_the_last_word_of_a_finished_run_is_100(monkeypatch: pytest.MonkeyPatch) -> None:
    posted: list[tuple[float, str]] = []

    def create(percent: float, key: str, description: str) -> object:
        posted.append((percent, description))
        return uuid4()

    monkeypatch.setattr(module, "create_progress_artifact", create)
    monkeypatch.setattr(
        module,
        "update_progress_artifact",
        lambda _, p, description: posted.append((p, description)),
    )
    with ProgressArtifact(seconds_between=0.01) as artifact:
        Several(ProgressListener(), artifact).begin("language", 10, "articles")
        Several(artifact, ProgressListener()).advance(5)
        time.sleep(0.1)
    assert posted[-1] == (100.0, "done")
    assert any(words.startswith("language: 5 of 10 articles") for _, words in posted)


def test_a_server_that_takes_no_artifact_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> object:
        raise httpx.ConnectError("gone")

    monkeypatch.setattr(module, "create_progress_artifact", refuse)
    with ProgressArtifact(seconds_between=0.01) as artifact:
        artifact.begin("language", 10, "articles")
        time.sleep(0.05)


def test_a_slow_server_holds_a_run_up_for_seconds_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PATIENCE", 0.2)

    def slow(*_: object, **__: object) -> object:
        time.sleep(4)
        raise httpx.ReadTimeout("slow")

    monkeypatch.setattr(module, "create_progress_artifact", slow)
    began = time.monotonic()
    with ProgressArtifact(seconds_between=0.01):
        time.sleep(0.05)
    assert time.monotonic() - began < 3
