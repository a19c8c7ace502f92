"""A real Prefect server for the tests of a module, on loopback, with a database of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from prefect.events.worker import EventsWorker
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings
from prefect.testing.utilities import prefect_test_harness


@contextmanager
def prefect_server() -> Iterator[None]:
    """Flows of the block report to a server of their own.

    A process has one sender of events whatever the address of its server is. One that still waits
    for the server of earlier tests, or that their last threads make, would keep the events of
    these: so each block begins with a sender of its own.
    """
    with (
        prefect_test_harness(server_startup_timeout=180),
        temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}),
    ):
        EventsWorker.reset_instances_for_fork()
        EventsWorker.instance()
        yield
    EventsWorker.reset_instances_for_fork()
