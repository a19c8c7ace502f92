"""Trained again: what is the same, and how a difference is reported."""

from __future__ import annotations

from rigs.training.compare import compare

SHIPPED = b"feature,state,weight\nprose,line,0.4218\ndate,gap,-0.1464\n"


def test_the_same_bytes_do_not_differ() -> None:
    assert compare(SHIPPED, bytes(SHIPPED)) is None


def test_one_other_digit_is_found() -> None:
    assert compare(SHIPPED, SHIPPED.replace(b"0.1464", b"0.1465")) == (
        "DIFFERS in 1 of 4 lines, first in line 3: shipped 'date,gap,-0.1464', trained again "
        "'date,gap,-0.1465' (SHA-256 2ac58a42cc0bd29b and e9e610c5c0e49a19)"
    )


def test_a_line_that_is_missing_is_found() -> None:
    difference = compare(SHIPPED, SHIPPED.removesuffix(b"date,gap,-0.1464\n"))
    assert difference is not None
    assert difference.startswith("DIFFERS in 2 of 4 lines, first in line 3: shipped 'date,")


def test_other_line_ends_differ() -> None:
    assert compare(SHIPPED, SHIPPED.replace(b"\n", b"\r\n")) is not None
