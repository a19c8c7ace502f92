"""A command ends with its exit code, whatever its libraries wait for and whoever reads it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

_COMMAND = """
import sys, threading, time
from flows.orchestration.process_end import end_in_time, skip_final_reports
skip_final_reports()
{before}
end_in_time(3)
threading.Thread(target=time.sleep, args=(300,)).start()
"""


@pytest.mark.parametrize(
    "before", ["sys.stdout.write('a row')", "sys.stdout.close()"], ids=["reader gone", "closed"]
)
def test_it_ends_though_what_it_wrote_cannot_be_written(before: str) -> None:
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run(
            [sys.executable, "-c", _COMMAND.format(before=before)],
            env=buffered, stdout=writer, stderr=subprocess.PIPE, text=True, timeout=60,
            check=False,
        )  # fmt: skip
    finally:
        os.close(writer)
    assert (done.returncode, done.stderr) == (3, "")
