"""Loads slow resources in the background: pipelines, gazetteer, language model, checks."""

from __future__ import annotations

import gc
import threading
from collections.abc import Mapping
from typing import Self

from flows.session.reference import Reference
from transforms.nlp.pipeline import Pipeline


class Preload:
    """Loads what a run needs in a thread, from the creation of the object on.

    With ``own_process``, used by commands, checks run in a separate process, which starts to import
    their library at once. A context manager: leaving it waits for the import in progress (Python
    may crash if it ends during one), loads nothing more and ends the process.
    """

    def __init__(
        self, names: Mapping[str, str], reference: Reference, *, own_process: bool = False
    ) -> None:
        from flows.session.check_process import CheckProcess, check_staged

        self._names = dict(names)
        self.reference = reference
        self._loaded: dict[str, Pipeline] = {}
        self._problem: Exception | None = None
        self._left = threading.Event()
        self._process = CheckProcess() if own_process else None
        self.check = check_staged if self._process is None else self._process
        self._thread = threading.Thread(target=self._load, name="preload", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._left.set()
        self._thread.join()
        if self._process is not None:
            self._process.close()

    def _load(self) -> None:
        try:
            for load in (self._load_pipelines, self._load_gazetteer, self._load_language_model):
                if not self._left.is_set():
                    load()
            if self._process is not None:
                # A command keeps it all until it ends; the collector need not walk through it.
                gc.freeze()
        except Exception as problem:  # noqa: BLE001 - raised again where pipelines are requested
            self._problem = problem

    def _load_pipelines(self) -> None:
        from flows.session.pipelines import load_pipelines

        self._loaded = load_pipelines(self._names)

    def _load_gazetteer(self) -> None:
        self.reference.entity  # noqa: B018 - a cached property: asking loads it

    @staticmethod
    def _load_language_model() -> None:
        from transforms.article.language import detect_language

        detect_language("A sentence long enough for the language model to be loaded for it.")

    def pipelines(self) -> Mapping[str, Pipeline]:
        """The pipelines, once loaded. Raises what loading raised, PipelineMissing first of all."""
        self._thread.join()
        if self._problem is not None:
            raise self._problem
        return self._loaded
