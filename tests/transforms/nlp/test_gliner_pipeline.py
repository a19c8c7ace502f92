"""The GLiNER backend: the real library on a tiny model of random weights, made here."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import polars as pl
import pytest

from transforms.block.paragraph import paragraph_id
from transforms.mention.span import LABEL_TYPES
from transforms.nlp.pipeline import Passage, Pipeline, PipelineMissing
from transforms.nlp.read import annotate, load_pipeline
from warehouse.tables.paragraph import PARAGRAPH

TEXT = "Ida Holm met Ole Brandt in Bergen. Then both left."
needs_gliner = pytest.mark.skipif(find_spec("gliner") is None, reason="gliner is not installed")


@pytest.mark.skipif(find_spec("gliner") is not None, reason="gliner is installed")
def test_without_the_library_one_line_says_what_to_install() -> None:
    with pytest.raises(PipelineMissing, match=r"pip install gliner$"):
        load_pipeline("gliner:some/model")


@needs_gliner
def test_without_the_model_one_line_says_where_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(PipelineMissing, match="No GLiNER model at"):
        load_pipeline(f"gliner:{tmp_path / 'nothing'}")


@pytest.fixture(scope="module")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from gliner import GLiNER, GLiNERConfig
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers
    from torch import manual_seed
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("gliner")
    special = ["[UNK]", "[PAD]", "[CLS]", "[SEP]", "[MASK]"]
    words = Tokenizer(models.WordLevel(unk_token="[UNK]"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    words.train_from_iterator([TEXT], trainers.WordLevelTrainer(special_tokens=special))
    names = dict(
        zip(
            ("unk_token", "pad_token", "cls_token", "sep_token", "mask_token"), special, strict=True
        )
    )
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=words, **names)
    manual_seed(1)
    backbone = BertConfig(
        vocab_size=tokenizer.vocab_size, hidden_size=16, num_hidden_layers=1,
        num_attention_heads=2, intermediate_size=32, max_position_embeddings=128,
    )  # fmt: skip
    BertModel(backbone).save_pretrained(folder / "backbone")
    tokenizer.save_pretrained(folder / "backbone")
    config = GLiNERConfig(
        model_name=str(folder / "backbone"), encoder_config=backbone.to_dict(),
        max_width=6, hidden_size=16, dropout=0.0, max_len=64,
    )  # fmt: skip
    GLiNER.from_config(config).save_pretrained(str(folder / "model"))
    return folder / "model"


@needs_gliner
def test_spans_are_whole_words_inside_sentences_with_our_types(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("transforms.nlp.gliner_pipeline.THRESHOLD", 0.0)  # weights are random
    pipeline = load_pipeline(f"gliner:{tiny_model}")

    (reading,) = pipeline.read([Passage(TEXT, [(0, 34), (35, 50)])])

    assert isinstance(pipeline, Pipeline)
    assert pipeline.component.name == f"gliner:{tiny_model}"  # loadable by it
    assert reading.spans
    for start, end, label, confidence in reading.spans:
        assert confidence is not None
        assert 0 <= confidence <= 1
        assert start in reading.token_starts
        assert end in reading.token_ends
        assert end <= 34 or start >= 35
        assert label in LABEL_TYPES


@needs_gliner
def test_it_annotates_paragraphs_as_any_pipeline_does(tiny_model: Path) -> None:
    key = paragraph_id("en", TEXT)
    frame = PARAGRAPH.conform(
        pl.DataFrame({"paragraph_id": [key], "language": ["en"], "text": [TEXT]})
    )
    found = annotate({"en": load_pipeline(f"gliner:{tiny_model}")}, frame)
    assert found["paragraph_sentence"]["token_count"].to_list() == [8, 4]
