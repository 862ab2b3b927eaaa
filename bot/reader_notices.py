"""The sentence that an application may show its readers: whether a person checked an answer, or what it is worth."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from bot.slack import rates
from reviewers.workflow.judgement import JudgementDesk


def reader_notice(judgement: JudgementDesk) -> Callable[[str, datetime | None], str]:
    """Makes the sentence from an output's id, and the moment at which a person checked it (None: nobody did)."""

    def notice(output_id: str, checked_at: datetime | None) -> str:
        if checked_at is not None:
            return rates.for_readers(None, checked_on=checked_at.astimezone(UTC).date())
        found = judgement.for_readers(output_id)
        return rates.for_readers(found.rate, riskier=found.riskier)

    return notice
