"""Who is let in: this machine's browser, of this user, at this address."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from flows.explore import guard
from flows.explore.guard import Guard, Message, Receive, Scope, Send, is_own_user

PORT = 2718
OWN = {"host": f"127.0.0.1:{PORT}"}


async def page(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"x", b"y")]})
    await send({"type": "http.response.body", "body": scope["meta"]["warehouse"].encode()})


def answer(headers: dict[str, str], kind: str = "http") -> list[Message]:
    """What a request with these headers is answered."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        raise AssertionError("nothing is read")

    scope: dict[str, Any] = {
        "type": kind,
        "client": None,
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    guarded = Guard(page, port=PORT, warehouse=Path("/made/up.duckdb"))
    # Nothing here waits, so one step is all; a loop of its own could not run beside a browser's.
    with pytest.raises(StopIteration):
        guarded(scope, receive, send).send(None)
    return sent


@pytest.mark.parametrize(
    "headers",
    [
        OWN,
        {"host": f"localhost:{PORT}"},
        OWN | {"origin": f"http://127.0.0.1:{PORT}"},
        OWN | {"origin": f"http://localhost:{PORT}"},
    ],
)
def test_the_pages_own_requests_pass(headers: dict[str, str]) -> None:
    start, body = answer(headers)
    assert start["status"] == 200
    assert body["body"] == b"/made/up.duckdb"
    names = [name for name, _ in start["headers"]]
    assert names == [b"x", b"content-security-policy", b"referrer-policy",
                     b"cross-origin-resource-policy"]  # fmt: skip


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"host": "127.0.0.1"},
        {"host": f"rebound.example:{PORT}"},
        OWN | {"origin": "http://evil.example"},
        OWN | {"origin": f"https://127.0.0.1:{PORT}"},
        OWN | {"origin": "null"},
    ],
)
def test_other_sites_are_refused(headers: dict[str, str]) -> None:
    assert answer(headers)[0]["status"] == 403
    assert [message["type"] for message in answer(headers, "websocket")] == ["websocket.close"]


def test_a_connection_of_ones_own_is_known() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as client:
            assert is_own_user(client.getsockname()[1], port)


@pytest.mark.skipif(os.getuid() != 0 or not guard._TCP_TABLE.exists(),
                    reason="only root can become another user, and only Linux tells whose a "
                    "connection is")  # fmt: skip
def test_a_connection_of_another_user_is_recognised(monkeypatch: pytest.MonkeyPatch) -> None:
    knock = (
        "import os,socket,sys; 'x'.encode('idna'); os.setuid(65534); "
        "t=socket.socket(); t.connect(('127.0.0.1',int(sys.argv[1]))); t.recv(1)"
    )
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        server.settimeout(10)
        other = subprocess.Popen([sys.executable, "-c", knock, str(port)])
        connection, (_, client_port) = server.accept()
        with connection:
            assert not is_own_user(client_port, port)
            # Another user who serves lets nobody in but himself and root.
            monkeypatch.setattr("os.getuid", lambda: 65534)
            assert is_own_user(client_port, port)
        other.wait(10)


def test_without_the_kernels_table_the_answer_is_yes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(guard, "_TCP_TABLE", tmp_path / "none")
    assert is_own_user(1, 2)
