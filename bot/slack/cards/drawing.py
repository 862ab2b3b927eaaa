"""What one drawing of an undecided card needs: the task, what may be shown of it, and the moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.slack.cards.answer import ShownAnswer, shown_answer
from bot.slack.cards.evidence import Evidence, evidence_of
from bot.slack.cards.options import CardOptions
from bot.slack.ids import ActionId, Show
from reviewers.model import ReleaseState, TaskView


@dataclass(frozen=True, kw_only=True, slots=True)
class VerbActions:
    """What the verbs of one surface are called when they are pressed."""

    approve: ActionId = ActionId.APPROVE
    edit: ActionId = ActionId.EDIT
    reject: ActionId = ActionId.REJECT
    unsure: ActionId = ActionId.UNSURE
    check: ActionId = ActionId.CHECK
    read_all: ActionId = ActionId.READ_ALL
    full: ActionId = ActionId.FULL


ON_CARD = VerbActions()


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenCard:
    """One drawing of a card that asks for a verdict."""

    view: TaskView
    show: Show
    options: CardOptions
    evidence: Evidence
    answer: ShownAnswer
    now: datetime | None = None  # None where nobody's claim is drawn

    @property
    def blind(self) -> bool:
        """Whether the machine's words stay hidden."""
        return self.show is Show.BLIND

    @property
    def claimant(self) -> str:
        """Who works on it now; empty when nobody does."""
        return self.view.task.claimant(self.now) if self.now is not None else ""

    @property
    def where_more(self) -> str:
        """The button behind which the rest stands."""
        if self.answer.is_cut:
            return "Read all"
        return "Check claims" if self.evidence.readings else "Full text"


def opened(view: TaskView, options: CardOptions, now: datetime | None = None) -> OpenCard:
    """What one drawing needs. Raises ValueError for a setting of `show` that nobody knows."""
    evidence = evidence_of(view)
    return OpenCard(
        view=view,
        show=Show(view.task.show),
        options=options,
        evidence=evidence,
        answer=shown_answer(view.output.completion, evidence.readings),
        now=now,
    )


def is_waited_for(view: TaskView) -> bool:
    """Whether somebody waits for this answer still: once it left, or was refused, nobody does."""
    return view.task.hold and (view.release is None or view.release.state is ReleaseState.HELD)
