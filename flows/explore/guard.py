"""Access control of the page: only browsers of the user who serves it, on the same machine.

The page needs no password, so three kinds of requests are refused that a server on loopback would
otherwise allow: from web sites that use a name of their own for it (DNS rebinding), from pages of
other sites, and from other users of the machine. Its responses forbid the browser to fetch anything
from other addresses.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

_NAMES = ("127.0.0.1", "localhost")
_TCP_TABLE = Path("/proc/net/tcp")
_ROOT = 0


class Guard:
    """ASGI middleware that refuses a request, or forwards it with the path of the warehouse."""

    def __init__(self, inner: Application, *, port: int, warehouse: Path) -> None:
        self._inner = inner
        self._port = port
        self._warehouse = warehouse
        self._hosts = {f"{name}:{port}" for name in _NAMES}
        self._policy = content_policy(port)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse or forward a request."""
        if scope["type"] not in ("http", "websocket"):
            await self._inner(scope, receive, send)
            return
        reason = self._refusal(scope)
        if reason is not None:
            await _refuse(scope, send, reason)
            return

        async def send_with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *self._policy]
            await send(message)

        scope["meta"] = {"warehouse": str(self._warehouse)}
        await self._inner(scope, receive, send_with_policy)

    def _refusal(self, scope: Scope) -> str | None:
        headers = {name.decode("latin-1"): value.decode("latin-1")
                   for name, value in scope["headers"]}  # fmt: skip
        if headers.get("host") not in self._hosts:
            return f"This page is at http://127.0.0.1:{self._port} only."
        origin = headers.get("origin")
        if origin is not None and origin.removeprefix("http://") not in self._hosts:
            return "Other web sites may not read this page."
        if scope["client"] is not None and not is_own_user(scope["client"][1], self._port):
            return "This page belongs to another user of this machine."
        return None


def content_policy(port: int) -> list[tuple[bytes, bytes]]:
    """Headers that keep the browser from any other address, and the page out of others' frames."""
    sockets = " ".join(f"ws://{name}:{port}" for name in _NAMES)
    policy = (
        "default-src 'self' data: blob:; "
        # The front end is built of inline scripts, and its charts compile their expressions.
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
        f"connect-src 'self' data: blob: {sockets}; object-src 'none'; base-uri 'self'; "
        "form-action 'self'; frame-ancestors 'none'"
    )
    return [
        (b"content-security-policy", policy.encode()),
        (b"referrer-policy", b"no-referrer"),
        (b"cross-origin-resource-policy", b"same-origin"),
    ]


def is_own_user(client_port: int, server_port: int) -> bool:
    """Whether the other end of a connection on loopback is this user's, or root's.

    The kernel gives the owner of a socket in /proc/net/tcp (Linux; see `man 5 proc`). Where there
    is no such file, as on macOS, the answer is True.
    """
    try:
        table = _TCP_TABLE.read_text("ascii")
    except OSError:
        return True
    for entry in table.splitlines()[1:]:
        fields = entry.split()
        ports = [int(address.rpartition(":")[2], 16) for address in fields[1:3]]
        if ports == [client_port, server_port]:
            return int(fields[7]) in (os.getuid(), _ROOT)
    return True


async def _refuse(scope: Scope, send: Send, reason: str) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": reason})
        return
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": f"{reason}\n".encode()})
