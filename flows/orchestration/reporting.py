"""Selects the Prefect server that the flows of a command report to, and bounds waiting for it."""

from __future__ import annotations

import logging
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flows.orchestration.embedded_server import EmbeddedServer, ServerMissing
from flows.orchestration.process_end import skip_final_reports
from flows.settings import without_credentials

_ASKED_AGAIN = 2


@contextmanager
def reporting_to(server: EmbeddedServer | None) -> Iterator[None]:
    """Flows in the block report to this server, or to the configured one if it is None.

    If the server goes away meanwhile, calls to it fail after a bounded wait. Raises ServerMissing,
    before the block, if it does not answer at the start.
    """
    from prefect.settings import (
        PREFECT_API_URL,
        PREFECT_CLIENT_MAX_RETRIES,
        get_current_settings,
        temporary_settings,
    )

    values: dict[Any, Any] = {}
    chosen = get_current_settings().client.model_fields_set
    if "max_retries" not in chosen:
        values[PREFECT_CLIENT_MAX_RETRIES] = _ASKED_AGAIN
    if server is None:
        _refuse_absent(str(PREFECT_API_URL.value()))
    else:
        values[PREFECT_API_URL] = server.url()
    with temporary_settings(values), _bounded_calls(server):
        yield


@contextmanager
def _bounded_calls(server: EmbeddedServer | None) -> Iterator[None]:
    """Put a client with bounded calls into the context; engine and artifacts use it in all
    threads."""
    from prefect.context import SyncClientContext
    from prefect.settings import PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED, temporary_settings

    from flows.orchestration.server_calls import bound

    # Prefect's threads would write each log line that could not be sent to standard error.
    raise_exceptions_before = logging.raiseExceptions
    logging.raiseExceptions = False
    context = SyncClientContext()
    calls = bound(context.client, (lambda: False) if server is None else server.has_ended)
    try:
        with (
            context,
            # Entering has checked the server's version; cluster workers need not check it again.
            temporary_settings({PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED: False}),
        ):
            yield
    finally:
        logging.raiseExceptions = raise_exceptions_before
        if calls.is_away:
            skip_final_reports()


def _refuse_absent(url: str) -> None:
    """Raise ServerMissing if nothing answers at the configured address."""
    try:
        # The address is the one that the user configured.
        with urllib.request.urlopen(f"{url}/health", timeout=10):  # noqa: S310 # nosec B310
            pass
    except urllib.error.HTTPError:
        pass  # a server is there, whatever its answer
    except (OSError, ValueError) as problem:
        raise ServerMissing(
            f"No Prefect server answers at PREFECT_API_URL={without_credentials(url)} ({problem}). "
            "Start it, or unset PREFECT_API_URL to run without one."
        ) from problem
