"""Where pieces begin and end."""

from __future__ import annotations

from transforms.block.segment import segment


def pieces(text: str, *whole: tuple[int, int]) -> list[str]:
    return [text[start:end] for start, end in segment(text, whole)]


def test_a_line_is_a_piece_without_its_blank_ends() -> None:
    assert pieces(" One line. \n\n\tTwo\u00a0\n") == ["One line.", "Two"]


WRAPPED = """\
RIVERTON (Test Wire) - The council of a small town that lies between two
rivers decided on Monday to build a bridge over both of them, though the
mayor had asked for one.

"Two rivers, two bridges," said the clerk, who has counted every boat
that passed since the spring and keeps the list in a drawer of her desk
under the stairs.

MORE NEWS
Ferry master looks for a second ferry to run on quiet days in autumn
Otters return
"""


def test_wrapped_paragraphs_are_joined_and_lists_are_not() -> None:
    assert [len(piece.splitlines()) for piece in pieces(WRAPPED)] == [3, 3, 1, 1, 1]


def test_one_paragraph_a_line_is_kept() -> None:
    text = "\n".join(["A paragraph that goes on for long. " * 6, "Another one, as long. " * 9])

    assert len(pieces(text)) == 2


def test_a_span_the_format_calls_one_thing_is_one_piece() -> None:
    text = "A title set\nin two lines\nand text"

    assert pieces(text, (0, 24)) == ["A title set\nin two lines", "and text"]


def test_blank_text_has_no_pieces() -> None:
    assert pieces(" \n\t\n") == []
