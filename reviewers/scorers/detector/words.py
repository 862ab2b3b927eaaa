"""The detector with the words beside it: both learned from the same made claims, and err on different ones."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from reviewers.errors import Unavailable
from reviewers.model import Score
from reviewers.ports import Evidence, Scorer


class WithWords:
    """Machine reviewer "grounding": the detector's logit, and a part of the logit that the words alone give.

        value = worst claim's logit + weight · lexical logit

    The weight was fitted on made claims that neither had seen, and is kept in the detector's manifest. Claims keep the
    detector's logits.
    """

    name = "grounding"

    def __init__(self, detector: Scorer, words: Scorer, weight: float) -> None:
        """`weight` of a logit by words, from 0 on; it is part of what the detector's version stands for."""
        self._detector, self._words, self._weight = detector, words, weight
        self.version = detector.version

    def score(self, batch: Sequence[Evidence]) -> list[Score | None]:
        """Logits of being unsupported; None where the detector says nothing. Raises as the detector does."""
        read, by_words = self._detector.score(batch), self._words.score(batch)
        self.version = self._detector.version  # known to the end once something was read
        return [self._together(one, other) for one, other in zip(read, by_words, strict=True)]

    def _together(self, read: Score | None, by_words: Score | None) -> Score | None:
        if read is None or by_words is None:
            return read
        value = read.value + self._weight * by_words.value
        return replace(read, value=value, duration_ms=read.duration_ms + by_words.duration_ms)


def words_weight(adapter: Path) -> float:
    """What a logit by words counts beside one of this adapter. Raises Unavailable where its manifest cannot be read."""
    try:
        return float(json.loads((adapter / "manifest.json").read_text(encoding="utf-8"))["words_weight"])
    except (OSError, KeyError, ValueError) as error:
        raise Unavailable(f"The detector's files cannot be read: {type(error).__name__}.") from error
