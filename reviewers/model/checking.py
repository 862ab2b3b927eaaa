"""Ad-hoc checks: a question to the sources, or a text held against them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from reviewers.model.checks import aware
from reviewers.model.machine import Assessment
from reviewers.model.outputs import Output


class CheckKind(StrEnum):
    """What was asked for."""

    ASK = "ask"  # answer a question from the sources
    VERIFY = "verify"  # read the claims of a text against the sources


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One ad-hoc check of one person; what came of it is kept for its buttons."""

    check_id: str
    kind: CheckKind
    asked_by: str  # Slack user id
    team_id: str
    channel: str
    text: str  # the question, or the text
    shown_channel: str = ""  # of the direct message; its person's user id while it is not known whether it was posted
    shown_ts: str = ""  # empty with a channel: an attempt to post began whose end nobody saw
    output: Output | None = None  # ASK: the answer, stored as an output; VERIFY: the text as one, stored once sent on
    assessment: Assessment | None = None
    failure: str = ""  # a sentence for the person, when it came to nothing
    asked_at: datetime
    finished_at: datetime | None = None
    shared_at: datetime | None = None  # when its person posted it where they had asked

    def __post_init__(self) -> None:
        aware("asked_at", self.asked_at)
        aware("finished_at", self.finished_at)
        aware("shared_at", self.shared_at)
