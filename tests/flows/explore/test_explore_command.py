"""`newshouse explore` as people call it: addresses, ports, errors as one line and an exit code."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from flows.cli.app import app
from flows.explore.server import FIRST_PORT, PortTaken, bound


def explore(*given: str | Path) -> Result:
    return CliRunner().invoke(app, ["explore", *map(str, given)])


def test_a_copy_is_written_where_asked(hostile_warehouse: Path, tmp_path: Path) -> None:
    to = tmp_path / "copy.html"
    done = explore("--warehouse", hostile_warehouse, "--export", to)
    assert (done.exit_code, done.stdout) == (0, f"{to}\n")
    assert to.stat().st_size > 10_000


@pytest.mark.parametrize("what", [["--export", "copy.html"], ["--no-browser"], ["--headless"]])
def test_a_missing_warehouse_is_one_line_and_2(what: list[str], tmp_path: Path) -> None:
    done = explore("--warehouse", tmp_path / "none.duckdb", *what)
    assert done.exit_code == 2
    assert done.stderr.count("\n") == 1
    assert "there is no warehouse. Make one with: newshouse run" in done.stderr


def test_a_place_that_cannot_be_written_is_one_line_and_2(
    hostile_warehouse: Path, tmp_path: Path
) -> None:
    done = explore("--warehouse", hostile_warehouse, "--export", tmp_path / "none" / "copy.html")
    assert done.exit_code == 2
    assert done.stderr == f"{tmp_path / 'none' / 'copy.html'}: cannot be written " + (
        "(No such file or directory).\n"
    )


def test_a_named_port_that_is_taken_is_one_line_and_2(hostile_warehouse: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = explore("--warehouse", hostile_warehouse, "--port", str(port), "--no-browser")
    assert done.exit_code == 2
    assert done.stderr == (
        f"Port {port} cannot be used (Address already in use). Name another with --port, or "
        "--port 0 for any that is free.\n"
    )


def test_without_a_named_port_the_next_free_one_is_taken() -> None:
    first = bound(None)
    first.listen()
    second = bound(None)
    ports = [sock.getsockname()[1] for sock in (first, second)]
    first.close()
    second.close()
    assert FIRST_PORT <= ports[0] < ports[1]


def test_a_socket_is_on_loopback_only() -> None:
    with bound(0) as listener:
        assert listener.getsockname()[0] == "127.0.0.1"


def test_no_port_can_be_bound_twice() -> None:
    with bound(0) as listener:
        listener.listen()
        with pytest.raises(PortTaken):
            bound(listener.getsockname()[1])
