"""What a card shows that the task does not know: the reasons to choose from, names, time zone and the route's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo

from bot.slack.text import one_line, shortened
from reviewers.model import OnTimeout

NAME_LENGTH = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class ReasonLabel:
    """One entry of the taxonomy of what can be wrong with an answer."""

    key: str  # as stored in verdicts and datasets
    label: str  # "Invented"
    explained: str = ""  # behind the label in the reject form: "in no source"

    @property
    def whole(self) -> str:
        """ "Invented (in no source)"."""
        return f"{self.label} ({self.explained})" if self.explained else self.label


DEFAULT_REASONS = (
    ReasonLabel(key="invented", label="Invented", explained="in no source"),
    ReasonLabel(key="contradicts", label="Contradicts the source"),
    ReasonLabel(key="outdated", label="Outdated", explained="was right once"),
    ReasonLabel(key="off_topic", label="Off-topic"),
    ReasonLabel(key="unsafe", label="Unsafe"),
    ReasonLabel(key="style", label="Style"),
    ReasonLabel(key="other", label="Other"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class WaitingWords:
    """What a held answer means to the person at the other end; each setting of `on_timeout` before and after."""

    who: str = "Customer"
    refused_next: str = "the chat goes to a person instead"
    refused_past: str = "The chat went to a person."
    rejected_next: str = "gets a person instead of this answer"

    def next(self, on_timeout: OnTimeout) -> str:
        """What happens at the deadline when nobody decides."""
        return {
            OnTimeout.REFUSE: self.refused_next,
            OnTimeout.RELEASE: "it is sent, not verified",
            OnTimeout.HOLD: "it stays held",
        }[on_timeout]

    def past(self, on_timeout: OnTimeout) -> str:
        """What happened when nobody decided."""
        return {
            OnTimeout.REFUSE: self.refused_past,
            OnTimeout.RELEASE: "It was sent, not verified.",
            OnTimeout.HOLD: "It stays held.",
        }[on_timeout]


@dataclass(frozen=True, kw_only=True, slots=True)
class CardOptions:
    """Settings of the surfaces; one for a whole installation."""

    reasons: tuple[ReasonLabel, ...] = DEFAULT_REASONS
    names: Mapping[str, str] = field(default_factory=dict)  # Slack user id -> name, for the fallback text
    zone: tzinfo = UTC  # for the fallback text and for clients that cannot draw a date
    waiting: WaitingWords = WaitingWords()
    next_command: str = ""  # such as "/whetstone next", once it exists: the way by keyboard, named in the fallback text

    def name(self, user: str) -> str:
        """The person in plain words."""
        return shortened(one_line(self.names.get(user, "")), NAME_LENGTH) or "a reviewer"

    def label(self, key: str) -> str:
        """A reason's label; one that the taxonomy no longer has shows its key."""
        return next(
            (reason.label for reason in self.reasons if reason.key == key), shortened(one_line(key), NAME_LENGTH)
        )

    def listed(self, keys: tuple[str, ...]) -> str:
        """ "Contradicts the source, invented": the first with a capital, the others without."""
        labels = [self.label(key) for key in keys]
        return ", ".join([*labels[:1], *(label[:1].lower() + label[1:] for label in labels[1:])])
