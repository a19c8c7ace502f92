"""Language pipelines and the one pass that reads each distinct paragraph with them."""

from transforms.nlp.read import annotate, load_pipeline

__all__ = ["annotate", "load_pipeline"]
