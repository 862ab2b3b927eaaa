"""How much of the answer a card shows, and which claims are in sight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.slack.cutting import cut
from bot.slack.text import counted, numbers, visible
from reviewers.model import ClaimReading

WHOLE_LENGTH = 1200  # shown whole up to this many characters
CUT_LENGTH = 700  # else cut to at most this, so that cutting always hides at least 500


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownAnswer:
    """The part of the answer that a card shows."""

    text: str
    total: int  # characters of the whole answer
    hidden_claims: tuple[int, ...]

    @property
    def is_cut(self) -> bool:
        """Whether something is missing; then nobody may approve from the card."""
        return len(self.text) < self.total

    @property
    def rest_words(self) -> str:
        """ "… *878 more characters* (of 1,369), claims ⑥ to (14)", in mrkdwn."""
        claims = ""
        if self.hidden_claims:
            word = "claim" if len(self.hidden_claims) == 1 else "claims"
            claims = f", {word} {numbers(self.hidden_claims)}"
        return f"… *{counted(self.total - len(self.text), 'more character')}* (of {self.total:,}){claims}"

    def sees(self, reading: ClaimReading) -> bool:
        """Whether the whole claim is on the card."""
        return reading.claim.span.end <= len(self.text)


def shown_answer(completion: str, readings: Sequence[ClaimReading]) -> ShownAnswer:
    """Cut a long answer at a sentence's end."""
    text = completion
    if len(completion) > WHOLE_LENGTH:
        text = cut(completion, CUT_LENGTH, sentence=True).shown.rstrip()
    hidden = tuple(reading.claim.number for reading in readings if reading.claim.span.end > len(text))
    return ShownAnswer(text=text, total=len(completion), hidden_claims=hidden)


def is_blank(text: str) -> bool:
    """Whether a reader would see nothing at all."""
    return not visible(text).strip()
