"""Sentences of story blocks: where they end, that nothing is lost, where they stand in articles."""

from __future__ import annotations

import time

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.block.paragraph import paragraph_id
from transforms.sentence.split import build_sentence, split_sentences
from warehouse.tables.block import BLOCK
from warehouse.tables.paragraph import PARAGRAPH_SENTENCE
from warehouse.tables.sentence import SENTENCE

ARTICLE_A, ARTICLE_B = "a" * 16, "b" * 16


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


# Written for this test; "|" is where a sentence ends.
CASES = {
    "plain": "The vote failed.| Nobody was surprised.",
    "question and exclamation": "Who paid?| Nobody!| The bill is still open.",
    "courtesy title": "Mr. Arnesen met Dr. Vold on Monday.",
    "title printed small": "O prof. Carlos chegou.",
    "rank before a rank": "Maj. Gen. Ida Holm resigned.",
    "initials": "J. K. Brandt and Ole B. Stein wrote it.",
    "initial that ends": "She took vitamin D.| The doctors were pleased.",
    "pronoun that ends": "It was between you and I.| Marta knew.",
    "country inside a name": "The U.S. Senate met.",
    "country at the end": "They moved to the U.S.| The house was sold.",
    "country before an adverb": "He lectured in the U.K.| Currently, he farms.",
    "time of day inside": "Doors open at 8 p.m. Saturday at the town hall.",
    "time of day with zone": "It begins at 8 p.m. EST at the arena.",
    "time of day at the end": "The train left at 9 a.m.| Passengers had waited all night.",
    "sentence not yet said": "At 5 a.m. Mr. Dahl woke.",
    "firm inside": "Lund & Co. Holdings fell.",
    "firm at the end": "He sold his shares in Lund Inc.| They had doubled.",
    "month before day": "It opened on Nov. 18 in Oslo.",
    "month and year at the end": "It is due in Dec. 2008.| He has time.",
    "state after a comma": "A fire in Peoria, Ill. Mayor Jones watched.",
    "word that looks like a state": "The old man was ill.| Doctors came.",
    "postal code is no abbreviation": "The fair is in Chester, MD.| Visitors park free.",
    "number sign": "See No. 5 and p. 12 of vol. 3 for more.",
    "the word no": "She said no.| Then she left.",
    "decimal and money": "Prices rose 3.5 per cent to $1.20.| Wages did not.",
    "address and domain": "Write to ida.holm@example.com or see www.example.com/a.b for more.",
    "ordinal of other languages": "Am 3. Oktober wird gefeiert.| Alle kommen.",
    "abbreviation never last": "Roe v. Wade and others, e.g. Brown, were cited.",
    "blank lost after the point": "The deal is done.|Shares rose.",
    "blank lost, but a product": "It runs on Node.Js and Booking.Com for now.",
    "quotation with cue": "“Why now?” Stein asked.| “We are late.”",
    "quotation, small cue": "“It is over!” she said.",
    "quotation of two sentences": "“We waited.| Nobody came,” he said.",
    "quotation ends, new sentence": "“We waited.”| The hall was empty.",
    "exclamation that is a name": "She works at Yahoo! in accounting.",
    "bracket inside": "The law (It dates from 1901. It was never used.) still holds.",
    "bracket of its own": "The law holds.| (It dates from 1901.)| Judges dislike it.",
    "ellipsis inside": "They were ... tired, he said.",
    "ellipsis at the end": "I never knew....| She left early.",
    "ellipsis in brackets": "“The law [...] Holm signed is void,” he wrote.",
    "trailing mark joins": "Nobody came? »",
    "list run into one line": "1. Buy bread| 2. Call home| 3. Sleep",
    "list with sentences": "1) Buy bread.| 2) Call home.",
    "bullets": "• Buy bread| • Call home",
    "picture credit": "Voters queue in the rain outside a school| Image: Ida Holm.",
    "date line run on": "Thursday, May 7, 2020| On Monday the council met.",
    "dateline": "OSLO, Norway (NTB) —| The council met on Monday.",
    "heading in capitals is no dateline": "THE POINT -- NOW ON TELEVISION",
    "lost line break": "Ida Holm of the Farmers’ Party"
    "| In the northern districts, the party won more seats than ever before.",
    "title with a capital preposition": "We May Finally Understand the Moments Before the Big Bang",
    "heading": "Council rejects new bridge",
    "name that begins small": "Sales fell.| iPhone buyers waited.",
    "blank line always ends": "Council meets|\n\nThe mayor spoke",
    "line of a text column": "The council met on Monday evening to hear what the mayor\n"
    "had to say about the bridge over the fjord, which has been\nclosed since the flood.",
    "line of an address list": "Oslo|\nBergen|\nTromsø",
    "wide marks": "会議は終わった。|市長は帰った。",
    "only marks": "...",
    "nothing": "",
    "blanks": " \n\t ",
}


@pytest.mark.parametrize("marked", CASES.values(), ids=CASES.keys())
def test_a_sentence_ends_where_a_reader_stops(marked: str) -> None:
    expected = [part.strip() for part in marked.split("|") if part.strip()]

    assert sentences(marked.replace("|", "")) == expected


NEWSPRINT = st.text(
    alphabet=st.sampled_from(list("aB1 .!?…\"“”'()[]\n\t-–,;:éÀ中。•\u00a0🙂\u200b"))
    | st.characters(exclude_categories=["Cs"]),
    max_size=120,
)


@given(NEWSPRINT)
def test_sentences_hold_every_printed_character_once_and_no_blank_at_their_ends(text: str) -> None:
    spans = split_sentences(text)

    assert [text[start:end].strip() for start, end in spans] == [
        text[start:end] for start, end in spans
    ]
    covered = [place for start, end in spans for place in range(start, end)]
    assert covered == sorted(set(covered))
    assert {place for place, char in enumerate(text) if not char.isspace()} <= set(covered)
    assert all(start < end for start, end in spans)


@pytest.mark.parametrize(
    "unit",
    [
        "a. ",
        ". ",
        "! ",
        '" . ',
        "(a. ",
        "In the ",
        "• ",
        "1. ",
        "p.m. ",
        "a\n",
        "[1] .",
        "!",
        '…"',
        ". \n",
    ],
)
def test_text_without_sentences_is_cut_in_time_that_grows_with_its_length(unit: str) -> None:
    text = unit * (200_000 // len(unit))
    began = time.process_time()

    assert split_sentences(text)
    assert time.process_time() - began < 5  # 0.1 s; hours where a rule looks back without bound


def test_sentences_stand_in_every_article_that_prints_the_paragraph() -> None:
    shared = "One fell. Two rose."
    block = BLOCK.conform(
        pl.DataFrame(
            [
                (ARTICLE_A, 0, "title", False, 0, 5, "A day", "first_line"),
                (ARTICLE_A, 1, "promo", False, 7, 15, "Sign up.", "promo_words"),
                (ARTICLE_A, 2, "paragraph", True, 17, 36, shared, "line"),
                (ARTICLE_B, 0, "paragraph", True, 2, 21, shared, "line"),
            ],
            schema=BLOCK.polars_schema,
            orient="row",
        )
    )
    article_context = pl.DataFrame({"article_id": [ARTICLE_A, ARTICLE_B], "language": ["en", "en"]})
    paragraph_sentence = PARAGRAPH_SENTENCE.conform(
        pl.DataFrame(
            [
                (paragraph_id("en", "A day"), 0, 0, 5, 2),
                (paragraph_id("en", shared), 0, 0, 9, 3),
                (paragraph_id("en", shared), 1, 10, 19, 3),
            ],
            schema=PARAGRAPH_SENTENCE.polars_schema,
            orient="row",
        )
    )

    sentence = build_sentence(block, paragraph_sentence, article_context)

    assert sentence.schema == SENTENCE.polars_schema
    assert sentence.rows() == [
        (ARTICLE_A, 0, 0, 0, 5, "A day", 2),
        (ARTICLE_A, 1, 2, 17, 26, "One fell.", 3),
        (ARTICLE_A, 2, 2, 27, 36, "Two rose.", 3),
        (ARTICLE_B, 0, 0, 2, 11, "One fell.", 3),
        (ARTICLE_B, 1, 0, 12, 21, "Two rose.", 3),
    ]


def test_an_article_without_language_is_named() -> None:
    block = BLOCK.conform(
        pl.DataFrame(
            [(ARTICLE_A, 0, "paragraph", True, 0, 5, "A day", "line")],
            schema=BLOCK.polars_schema,
            orient="row",
        )
    )
    article_context = pl.DataFrame({"article_id": [ARTICLE_B], "language": ["en"]})

    with pytest.raises(ValueError, match=f"1 of 1 articles .* no language .first: {ARTICLE_A}"):
        build_sentence(block, PARAGRAPH_SENTENCE.empty(), article_context)
