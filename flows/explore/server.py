"""Serves the page on loopback until a signal to stop. Makes no request to other addresses."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, cast

import marimo
import uvicorn

from flows.explore.guard import Guard
from warehouse.connect import open_reader
from warehouse.error import WRONG_USE, ExpectedError

if TYPE_CHECKING:
    from marimo._server.session_manager import SessionManager
    from starlette.applications import Starlette
    from starlette.routing import Mount

HOST = "127.0.0.1"
FIRST_PORT = 2718
_PORTS_TRIED = 20
_PAGE = Path(__file__).with_name("page.py")


class _Server(uvicorn.Server):
    """A server that ends the sessions of the page with itself.

    marimo ends them if it is the whole application. Mounted in another one, as here, it does not,
    and a session that is not ended waits for its next command forever.
    """

    def __init__(self, config: uvicorn.Config, sessions: SessionManager) -> None:
        super().__init__(config)
        self._sessions = sessions

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close connections, then sessions."""
        await super().shutdown(sockets)
        await self._sessions.shutdown()


class PortTaken(ExpectedError, OSError):
    """The port that was asked for is in use, or may not be used."""

    exit_code = WRONG_USE


def serve_page(warehouse: Path, *, port: int | None, ready: Callable[[str], None]) -> None:
    """Serve until KeyboardInterrupt or a signal. ``ready`` gets the address once it answers.

    Raises WarehouseError where there is no warehouse, PortTaken where ``port`` is not free; with no
    port given the first free one from `FIRST_PORT` on is taken. Port 0 is any free one.
    """
    warehouse = warehouse.absolute()
    with closing(open_reader(warehouse)):
        pass
    with closing(bound(port)) as listener:
        number = listener.getsockname()[1]
        page = marimo.create_asgi_app(quiet=True, include_code=False)
        inner = cast("Starlette", page.with_app(path="", root=str(_PAGE)).build())
        guarded = Guard(inner, port=number, warehouse=warehouse)
        config = uvicorn.Config(
            guarded, log_level="critical", lifespan="off", timeout_graceful_shutdown=1
        )
        server = _Server(config, _sessions_of(inner))
        listener.listen()
        ready(f"http://{HOST}:{number}")
        server.run(sockets=[listener])


def _sessions_of(application: Starlette) -> SessionManager:
    mounted = cast("Starlette", cast("Mount", application.routes[0]).app)
    return cast("SessionManager", mounted.state.session_manager)


def bound(port: int | None) -> socket.socket:
    """A socket of ours on that port of loopback."""
    if port is not None:
        return _bound(port)
    for candidate in range(FIRST_PORT, FIRST_PORT + _PORTS_TRIED):
        try:
            return _bound(candidate)
        except PortTaken:
            continue
    raise PortTaken(
        f"Ports {FIRST_PORT} to {FIRST_PORT + _PORTS_TRIED - 1} are all in use. "
        "Name a free one with --port, or --port 0 for any."
    )


def _bound(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError as problem:
        listener.close()
        raise PortTaken(
            f"Port {port} cannot be used ({problem.strerror}). Name another with --port, or "
            "--port 0 for any that is free."
        ) from problem
    return listener
