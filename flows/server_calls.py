"""Calls of Prefect's client to its server, with an end to waiting: a server that went away, hangs
or answers nothing but errors holds a run up for seconds, once."""

from __future__ import annotations

import time
from collections.abc import Callable

import httpx
from prefect.client.orchestration import SyncPrefectClient

PATIENCE_SECONDS = 10.0
"""A server that has given no proper answer for so long is away. Prefect's own servers answer within
tenths of a second, on a busy machine within two or three."""

_ONE_MORE_TRY_SECONDS = 2.0
"""What each further call to a server that is away may take: it may be back."""


class ServerAway(httpx.TransportError):
    """The server is away. Prefect's client, which repeats other failed calls, passes this on."""


class BoundedCalls(httpx.BaseTransport):
    """Passes calls on; once the server is away, each fails soon and is not repeated.

    ``is_gone`` tells of a server whose process ended, so that nobody need wait to find out.
    """

    def __init__(
        self,
        calls: httpx.BaseTransport,
        is_gone: Callable[[], bool] = lambda: False,
        patience: float | None = None,
    ) -> None:
        self._calls = calls
        self._is_gone = is_gone
        self._patience = PATIENCE_SECONDS if patience is None else patience
        self._failing_since: float | None = None

    @property
    def is_away(self) -> bool:
        """Whether the server has not answered for as long as anybody is to wait."""
        since = self._failing_since
        return self._is_gone() or (since is not None and time.monotonic() - since >= self._patience)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Raises ServerAway where it is; before that, what the call raises."""
        if self._is_gone():
            raise ServerAway("its process has ended")
        most = min(_ONE_MORE_TRY_SECONDS, self._patience) if self.is_away else self._patience
        request.extensions = {**request.extensions, "timeout": _bounded(request, most)}
        began = time.monotonic()
        try:
            response = self._calls.handle_request(request)
        except httpx.TransportError as problem:
            self._has_failed(began)
            if self.is_away:
                raise ServerAway(str(problem) or type(problem).__name__) from problem
            raise
        if response.status_code < httpx.codes.INTERNAL_SERVER_ERROR:
            self._failing_since = None
            return response
        self._has_failed(began)
        if self.is_away:
            response.close()
            raise ServerAway(f"it answers {response.status_code} {response.reason_phrase}")
        return response

    def close(self) -> None:
        """Close what the calls go through."""
        self._calls.close()

    def _has_failed(self, began: float) -> None:
        if self._failing_since is None:
            self._failing_since = began


def _bounded(request: httpx.Request, most: float) -> dict[str, float]:
    """The limits of a request's parts, none above that many seconds."""
    given = request.extensions.get("timeout", {})
    parts = ("connect", "read", "write", "pool")
    return {part: min(most, given.get(part) or most) for part in parts}


def bound(client: SyncPrefectClient, is_gone: Callable[[], bool]) -> BoundedCalls:
    """Have a client's calls go through BoundedCalls from now on.

    The transport is changed once the client is made, as Prefect itself does: one given beforehand
    would not know of proxies.
    """
    inner = client._client
    calls = BoundedCalls(inner._transport_for_url(client.api_url), is_gone)
    inner._transport, inner._mounts = calls, {}
    return calls
