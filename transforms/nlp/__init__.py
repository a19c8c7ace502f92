"""Language pipelines, and the pass that reads each distinct paragraph once with them."""

from transforms.nlp.read import annotate, load_pipeline

__all__ = ["annotate", "load_pipeline"]
