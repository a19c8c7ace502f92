"""Staging contracts of each distinct paragraph, which is read once: its text, sentences, spans.

A paragraph is the text of story blocks in one language; equal blocks share one. Nothing of it is
published: `sentence` and `mention` place it back into articles."""

from warehouse.contract import HEX_64, Contract, ForeignKey, Lifecycle, number, text, whole

UNREAD = 0
"""Token count of the one row that stands for the sentences of a paragraph no pipeline could read.
A sentence has at least one token."""

_PARAGRAPH_ID = text(
    "paragraph_id", "SHA-256 of language, line feed and text in UTF-8.", pattern=HEX_64
)
_LANGUAGE = r"^([a-z]{2,3}|und)$"

PARAGRAPH = Contract(
    name="paragraph",
    schema="staging",
    layer="staging",
    lifecycle=Lifecycle.STAGING,
    grain="One distinct text of story blocks in one language.",
    columns=(
        _PARAGRAPH_ID,
        text("language", "ISO 639-1 code of the articles that print it.", pattern=_LANGUAGE),
        text("text", "The block's text."),
    ),
    key=("paragraph_id",),
)

PARAGRAPH_SENTENCE = Contract(
    name="paragraph_sentence",
    schema="staging",
    layer="staging",
    lifecycle=Lifecycle.PARAGRAPH,
    grain="One sentence of one distinct paragraph.",
    columns=(
        _PARAGRAPH_ID,
        whole("sentence_no", "Position in the paragraph, from 0."),
        whole("start_char", "First code point in the paragraph's text."),
        whole("end_char", "One past the last code point.", minimum=1),
        whole("token_count", "Tokens that touch the sentence, blanks not counted.", minimum=1),
    ),
    key=("paragraph_id", "sentence_no"),
    foreign_keys=(ForeignKey(("paragraph_id",), "paragraph", ("paragraph_id",)),),
)

PARAGRAPH_SPAN = Contract(
    name="paragraph_span",
    schema="staging",
    layer="staging",
    lifecycle=Lifecycle.PARAGRAPH,
    grain="One name a language pipeline found in one distinct paragraph, as it found it.",
    columns=(
        _PARAGRAPH_ID,
        whole("start_char", "First code point in the paragraph's text."),
        whole("end_char", "One past the last code point.", minimum=1),
        text("label", "The pipeline's own label."),
        number(
            "confidence",
            "Probability that the pipeline gives it; null where it gives none.",
            nullable=True,
            minimum=0,
            maximum=1,
        ),
    ),
    key=("paragraph_id", "start_char", "end_char", "label"),
    foreign_keys=(ForeignKey(("paragraph_id",), "paragraph", ("paragraph_id",)),),
)
