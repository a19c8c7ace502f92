"""When a server counts as away: its calls failed for long enough, with no proper answer between."""

from __future__ import annotations

import httpx
import pytest

from flows.orchestration.server_calls import BoundedCalls, ServerAway

REQUEST = httpx.Request("GET", "http://127.0.0.1:4200/api/health")


class Scripted(httpx.BaseTransport):
    """Each call takes so many seconds of a clock of its own, then answers with a status, or fails
    where that is null. Keeps how long the last call was allowed to take."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.next: tuple[float, int | None] = (0.0, 200)
        self.allowed = 0.0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        seconds, status = self.next
        self.allowed = request.extensions["timeout"]["read"]
        self.now += seconds
        if status is None:
            raise httpx.ConnectError("refused")
        return httpx.Response(status)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Scripted:
    server = Scripted()
    monkeypatch.setattr("flows.orchestration.server_calls.time.monotonic", lambda: server.now)
    return server


def call(calls: BoundedCalls, server: Scripted, pause: float, seconds: float = 0.5,
         status: int | None = None) -> str:  # fmt: skip
    """What becomes of a call after a pause."""
    server.now += pause
    server.next = (seconds, status)
    try:
        return str(calls.handle_request(REQUEST).status_code)
    except httpx.TransportError as problem:
        return type(problem).__name__


def test_one_failure_before_a_quiet_time_does_not_count(server: Scripted) -> None:
    calls = BoundedCalls(server, patience=10)
    assert call(calls, server, 0) == "ConnectError"
    assert not calls.is_away
    server.now += 600
    assert not calls.is_away
    assert call(calls, server, 0) == "ConnectError"
    assert (server.allowed, calls.is_away) == (10, False)
    assert call(calls, server, 0, status=200) == "200"


def test_failures_in_a_row_count_with_the_pauses_between_them(server: Scripted) -> None:
    calls = BoundedCalls(server, patience=10)
    assert [call(calls, server, 4) for _ in range(4)] == [
        "ConnectError", "ConnectError", "ConnectError", "ServerAway",
    ]  # fmt: skip
    assert call(calls, server, 600) == "ServerAway", "it stays away until it answers"
    assert server.allowed == 2


def test_a_server_that_went_away_is_waited_for_once_however_far_apart_its_calls(
    server: Scripted,
) -> None:
    calls = BoundedCalls(server, patience=10)
    assert [call(calls, server, 60, 6) for _ in range(2)] == ["ConnectError", "ServerAway"]


def test_a_proper_answer_makes_up_for_all(server: Scripted) -> None:
    calls = BoundedCalls(server, patience=10)
    assert [call(calls, server, 6, status=status) for status in (None, 503, 404, None)] == [
        "ConnectError", "503", "404", "ConnectError",
    ]  # fmt: skip
    assert not calls.is_away


def test_a_call_that_hangs_for_all_the_patience_is_the_last_that_does(server: Scripted) -> None:
    calls = BoundedCalls(server, patience=10)
    server.next = (10, None)
    with pytest.raises(ServerAway, match="refused"):
        calls.handle_request(REQUEST)
    assert call(calls, server, 1) == "ServerAway"
    assert server.allowed == 2
