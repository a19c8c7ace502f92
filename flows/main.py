"""Entry point of the `newshouse` command: sets the environment, then runs the command line."""

from __future__ import annotations

import os
import signal
import sys

from flows.orchestration.process_end import end_in_time

QUIET_AND_PRIVATE = {
    # No telemetry of any library.
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "GX_ANALYTICS_ENABLED": "false",
    # One thread a process for linear algebra: more make small matrices slower.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    # The terminal belongs to the progress bars; Prefect keeps its own log of every run.
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_HANDLERS_CONSOLE_FLOW_RUNS_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_HANDLERS_CONSOLE_TASK_RUNS_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_INTERNAL_LEVEL": "CRITICAL",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    # The server records tasks in batches; small batches let a short run be watched as it goes.
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
}
"""Default environment of this process and the servers it starts; variables already set win."""


def main() -> None:
    """Run the command line. SIGTERM does what Ctrl-C does, from here to the end."""
    for name, value in QUIET_AND_PRIVATE.items():
        os.environ.setdefault(name, value)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    code: object = 1
    try:
        from flows.cli.app import app

        app()
    except SystemExit as end:
        code = end.code or 0
        raise
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted.\n")
        code = 130
        sys.exit(code)
    finally:
        end_in_time(code if isinstance(code, int) else 1)
        # The command is done; cleanup that libraries still do must not be interrupted.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)


if __name__ == "__main__":
    main()
