"""Decodes the names of whole batches at once, from the weights of a spaCy `ner` component.

spaCy walks the tokens of a batch one by one and takes Python's lock several times a token. Outside
a name its model sees only the token itself, so all those steps are one matrix product here; only
the insides of names are walked, all names of the batch at once. The rules of the walk and the order
of sums are spaCy's, so the names are too; the code that loads a decoder verifies this on a sample.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]

_FEATURES = 3
"""Token, first token of the open name, token before: what spaCy's NER state shows its model."""


_ROUNDS = 32
"""Tokens to which all possible names of a batch are walked together. A longer one is walked on only
where it is a name: where every word of a list of sums could open one that lasts to the end, walking
all would take the square of the list."""


class TokenSpan(NamedTuple):
    """A name as tokens of the batch, half-open, with its label."""

    start: int
    end: int
    label: str


class Tokens(NamedTuple):
    """Tokens of a batch, end to end: which are blank, end a text, or end a sentence within it."""

    blank: Flags
    last: Flags
    before_start: Flags


class NerDecoder:
    """Decodes batches with the weights of one `ner` component; `fits` is whether it can."""

    def __init__(self, ner: Any) -> None:
        model = ner.model
        self._tok2vec = model.get_ref("tok2vec")
        self._lower = model.get_ref("lower")
        upper = model.get_ref("upper")
        self._weights: Floats = upper.get_param("W").T
        self._bias: Floats = upper.get_param("b")
        self._state_bias: Floats = self._lower.get_param("b")
        names = _actions(ner)
        self._labels = [name[2:] for name in names]
        self._begins = np.array([name[:2] == "B-" for name in names])
        self._units = np.array([name[:2] == "U-" and len(name) > 2 for name in names])
        self._outside = np.array([name == "O" for name in names])
        place = {name: number for number, name in enumerate(names)}
        self._inside_of = np.array([place.get(f"I-{label}", -1) for label in self._labels])
        self._last_of = np.array([place.get(f"L-{label}", -1) for label in self._labels])

    @staticmethod
    def fits(ner: Any) -> bool:
        """Whether this is the greedy three-feature model with a hidden layer, on the CPU."""
        model = ner.model
        return (
            model.name == "parser_model"
            and bool(model.attrs.get("has_upper"))
            and not model.attrs.get("unseen_classes")
            and ner.cfg.get("beam_width") == 1
            and model.get_ref("lower").get_dim("nF") == _FEATURES
            and model.get_ref("lower").get_dim("nP") > 1
            and model.ops.name == "numpy"
            and not getattr(ner, "postprocesses", ())
            and len(_actions(ner)) == model.get_ref("upper").get_dim("nO")
        )

    def decode(self, docs: Sequence[Any], tokens: Tokens) -> list[TokenSpan]:
        """Names of tokenised texts (spaCy's Doc) laid end to end, in order."""
        if not len(tokens.blank):
            return []
        # Row 0 stands for "no such token"; token n is row n + 1.
        cached: Floats = self._lower.predict(self._tok2vec.predict(docs))
        action = self._outside_actions(cached, tokens)
        openings = np.flatnonzero(self._begins[action])
        ends = openings + 1
        unended = self._walk(cached, tokens, action, openings, ends, _ROUNDS)
        end_of = dict(zip(openings.tolist(), ends.tolist(), strict=True))
        longer = set(openings[unended].tolist())
        spans, free = [], 0
        for start in np.flatnonzero(~self._outside[action]).tolist():
            if start >= free:
                free = end_of.get(start, start + 1)
                if start in longer:
                    end = np.array([free])
                    self._walk(cached, tokens, action, np.array([start]), end, len(action))
                    free = int(end[0])
                spans.append(TokenSpan(start, free, self._labels[action[start]]))
        return spans

    def _outside_actions(self, cached: Floats, tokens: Tokens) -> Places:
        """Best valid action at every token, were no name open there."""
        scores = self._scores(cached[1:, 0] + cached[0, 1] + cached[0, 2])
        scores[:, ~(self._begins | self._units | self._outside)] = -np.inf
        scores[np.ix_(tokens.blank, self._begins | self._units)] = -np.inf
        scores[np.ix_(tokens.last | tokens.before_start, self._begins)] = -np.inf
        best: Places = scores.argmax(axis=1)
        return best

    def _walk(
        self, cached: Floats, tokens: Tokens, action: Places, openings: Places, ends: Places,
        rounds: int,
    ) -> Places:  # fmt: skip
        """Move the ends of names that would open there, in place, one token a round.

        Returns the numbers of those that go on after the last round.
        """
        going = np.arange(len(openings))
        while len(going) and rounds:
            start, token = openings[going], ends[going]
            scores = self._scores(cached[token + 1, 0] + cached[start + 1, 1] + cached[token, 2])
            rows, label = np.arange(len(going)), action[start]
            inside, last = self._inside_of[label], self._last_of[label]
            stay, leave = scores[rows, inside], scores[rows, last]
            # Of equal scores the action of the lower number wins, as in spaCy's walk.
            goes_on = (stay > leave) | ((stay == leave) & (inside < last))
            goes_on &= ~(tokens.last[token] | tokens.before_start[token])
            ends[going] += 1
            going = going[goes_on]
            rounds -= 1
        return going

    def _scores(self, state: Floats) -> Floats:
        """Scores of all actions for states given as sums of their features."""
        state += self._state_bias
        # Piece by piece: numpy takes a maximum along a short last axis an element at a time.
        hidden: Floats = state[..., 0].copy()
        for piece in range(1, state.shape[-1]):
            np.maximum(hidden, state[..., piece], out=hidden)
        scores: Floats = hidden @ self._weights
        scores += self._bias
        return scores


def _actions(ner: Any) -> list[str]:
    """Actions by number: begin, in, last, unit by label, and outside.

    spaCy leaves the action that blocks a token out of its list: a unit without a label, before
    "outside". No text read here is blocked.
    """
    names = list(ner.move_names)
    return [*names[:-1], "U-", "O"] if names[-1:] == ["O"] else names
