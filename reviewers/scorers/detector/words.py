"""The detector with the words beside it: both learned from the same made claims, and err on different ones."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from reviewers.errors import Unavailable
from reviewers.model import Score
from reviewers.ports import Evidence, Scorer

ELSEWHERE = 1.5  # our choice: the weight was fitted where the detector is at home, on the generator's claims


class WithWords:
    """Machine reviewer "grounding": the detector's logit, and a part of the logit that the words alone give.

        value = worst claim's logit + ELSEWHERE · weight · lexical logit

    The weight was fitted on made claims that neither had seen, and is kept in the detector's manifest. Claims keep the
    detector's logits.
    """

    name = "grounding"

    def __init__(self, detector: Scorer, words: Scorer, weight: float) -> None:
        """`weight` of a logit by words, from 0 on; it stands in the manifest of the adapter that a version names."""
        self._detector, self._words, self._weight = detector, words, weight
        self.version = self._named()

    def score(self, batch: Sequence[Evidence]) -> list[Score | None]:
        """Logits of being unsupported; None where the detector says nothing. Raises as the detector does."""
        read, by_words = self._detector.score(batch), self._words.score(batch)
        self.version = self._named()  # known to the end once something was read
        return [self._together(one, other) for one, other in zip(read, by_words, strict=True)]

    def _together(self, read: Score | None, by_words: Score | None) -> Score | None:
        if read is None or by_words is None:
            return read
        value = read.value + ELSEWHERE * self._weight * by_words.value
        return replace(read, version=self.version, value=value, duration_ms=read.duration_ms + by_words.duration_ms)

    def _named(self) -> str:
        return f"{self._detector.version}+{self._words.version.removeprefix('grounding-')}"


def words_weight(adapter: Path) -> float:
    """What a logit by words counts beside one of this adapter. Raises Unavailable where its manifest cannot be read."""
    try:
        return float(json.loads((adapter / "manifest.json").read_text(encoding="utf-8"))["words_weight"])
    except (OSError, KeyError, ValueError) as error:
        raise Unavailable(f"The detector's files cannot be read: {type(error).__name__}.") from error
