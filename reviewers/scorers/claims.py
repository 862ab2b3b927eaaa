"""Splits an output into claims with sentencex, a rule-based splitter that knows abbreviations in many languages."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewers.decisions.claims import join, prose, states_something, tidy
from reviewers.model import Claim, Span

_LONE = re.compile("[\ud800-\udfff]")  # halves of characters, which JSON can carry and the splitter refuses


class SentenceClaims:
    """Sentences that state something, each with its place in the output."""

    def __init__(self, *, language: str = "en") -> None:
        """`language` is an ISO 639-1 code: its abbreviations are known; ends of sentences are in every script."""
        self._language = language

    def split(self, completion: str) -> tuple[Claim, ...]:
        """Claims in the order of the text; `text == completion[span.start : span.end]`, at most 600 characters each."""
        spans = [span for run in prose(completion) for span in self._sentences(completion, run)]
        stated = [span for span in spans if states_something(completion[span.start : span.end])]
        return tuple(
            Claim(number=number, span=span, text=completion[span.start : span.end])
            for number, span in enumerate(stated, start=1)
        )

    def _sentences(self, completion: str, run: Span) -> Iterator[Span]:
        from sentencex import get_sentence_boundaries

        # The splitter takes a line break for the end of a sentence; in a paragraph it is only a wrapped line.
        text = _LONE.sub("\ufffd", completion[run.start : run.end]).replace("\n", " ").replace("\r", " ")
        pieces = [
            Span(start=run.start + found["start_index"], end=run.start + found["end_index"])
            for found in get_sentence_boundaries(self._language, text)
            if found["end_index"] > found["start_index"]
        ]
        for piece in join(completion, pieces):
            yield from tidy(completion, piece)
