"""Bounds how long calls of Prefect's client to its server may take.

A server that has ended, hangs or only answers with errors delays a run by seconds, once.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import httpx
from prefect.client.orchestration import SyncPrefectClient

PATIENCE_SECONDS = 10.0
"""A server whose calls have failed for this many seconds without one valid answer is away.
Prefect's own servers answer within tenths of a second, on a busy machine within two or three
seconds."""

_ONE_MORE_TRY_SECONDS = 2.0
"""Time limit of each further call to a server that is away: it may be back."""


class ServerAway(httpx.TransportError):
    """The server is away. Prefect's client, which repeats other failed calls, passes this on."""


class BoundedCalls(httpx.BaseTransport):
    """Transport that forwards calls; once the server is away, each fails soon and is not retried.

    ``is_gone`` returns True if the server's process has ended, which needs no wait to find out.
    Times without calls do not count as failure of the server.
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
        self._failing_seconds = 0.0
        self._last_failure = -math.inf

    @property
    def is_away(self) -> bool:
        """Whether the server has not answered for the longest time to wait."""
        return self._is_gone() or self._failing_seconds >= self._patience

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Forward a call. Raises ServerAway once the server is away, else the call's own error."""
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
            self._failing_seconds, self._last_failure = 0.0, -math.inf
            return response
        self._has_failed(began)
        if self.is_away:
            response.close()
            raise ServerAway(f"it answers {response.status_code} {response.reason_phrase}")
        return response

    def close(self) -> None:
        """Close the inner transport."""
        self._calls.close()

    def _has_failed(self, began: float) -> None:
        was_quiet = began - self._last_failure > self._patience
        now = time.monotonic()
        self._failing_seconds += now - (began if was_quiet else self._last_failure)
        self._last_failure = now


def _bounded(request: httpx.Request, most: float) -> dict[str, float]:
    """The timeouts of a request, each capped at that many seconds."""
    given = request.extensions.get("timeout", {})
    parts = ("connect", "read", "write", "pool")
    return {part: min(most, given.get(part) or most) for part in parts}


def bound(client: SyncPrefectClient, is_gone: Callable[[], bool]) -> BoundedCalls:
    """Send a client's calls through BoundedCalls from now on.

    The transport is replaced after the client is made, as Prefect itself does: one passed to the
    constructor would ignore proxies.
    """
    inner = client._client
    calls = BoundedCalls(inner._transport_for_url(client.api_url), is_gone)
    inner._transport, inner._mounts = calls, {}
    return calls


def is_server_failure(problem: BaseException) -> bool:
    """Whether an error means that the server did not answer, or answered with an error of its own.

    Some are the cause of an error of another type that Prefect's client raises.
    """
    return any(_is_of_server(one) for one in (problem, problem.__cause__))


def _is_of_server(problem: BaseException | None) -> bool:
    if isinstance(problem, httpx.HTTPStatusError):
        return problem.response.status_code >= httpx.codes.INTERNAL_SERVER_ERROR
    return isinstance(problem, httpx.TransportError)
