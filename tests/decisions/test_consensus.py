"""What verdicts come to: one or several of them, a dispute, a lead, a change of mind, and an undo."""

from __future__ import annotations

from typing import Any

import pytest

from reviewers.decisions import consensus
from reviewers.decisions.consensus import Standing
from reviewers.model import OnDisagreement, Outcome, Resolution, TaskState, Verdict, VerdictKind
from tests.builders import a_verdict

APPROVE, EDIT, REJECT = VerdictKind.APPROVE, VerdictKind.EDIT, VerdictKind.REJECT
UNSURE, WITHDRAWN = VerdictKind.UNSURE, VerdictKind.WITHDRAWN
OPEN, DISPUTED, RESOLVED = TaskState.OPEN, TaskState.DISPUTED, TaskState.RESOLVED
THIRD, LEAD = OnDisagreement.THIRD, OnDisagreement.LEAD


class Task:
    """Verdicts one after the other, as the store would keep them."""

    def __init__(self, quorum: int = 1, on_disagreement: OnDisagreement = THIRD) -> None:
        self.quorum = quorum
        self.on_disagreement = on_disagreement
        self.verdicts: list[Verdict] = []
        self.newest: Resolution | None = None

    def say(self, who: str, kind: VerdictKind, text: str | None = None, *, lead: bool = False, **more: Any) -> Standing:
        own = [verdict for verdict in self.verdicts if verdict.reviewer == who]
        self.verdicts.append(
            a_verdict(
                f"v-{len(self.verdicts) + 1}",
                reviewer=who,
                revision=len(own) + 1,
                kind=kind,
                correction=text,
                supersedes=own[-1].verdict_id if own else None,
                as_lead=lead,
            )
        )
        standing = consensus.stand(
            self.verdicts, self.newest, quorum=self.quorum, on_disagreement=self.on_disagreement, **more
        )
        self.newest = standing.resolution or self.newest
        return standing

    @property
    def outcome(self) -> Outcome | None:
        live = consensus.live(self.newest)
        return live.outcome if live else None


def test_unsure_decides_nothing() -> None:
    """It hands the task on, and the next verdict decides."""
    task = Task()
    assert task.say("mara", UNSURE) == Standing(state=OPEN, missing=1)
    decided = task.say("jonas", APPROVE).resolution
    assert decided is not None
    assert (decided.outcome, decided.resolved_by, decided.revision) == (Outcome.APPROVED, "jonas", 1)


def test_change_of_mind_is_the_next_revision() -> None:
    """Approve, then an edit by the same person: revision 2 with the edited text."""
    task = Task()
    task.say("mara", APPROVE)
    after = task.say("mara", EDIT, "It costs € 3.50.").resolution
    assert after is not None
    assert (after.revision, after.outcome, after.text) == (2, Outcome.EDITED, "It costs € 3.50.")


def test_unsure_after_a_decision_leaves_it_standing() -> None:
    """An output that was decided cannot become undecided by a shrug."""
    task = Task()
    task.say("mara", APPROVE)
    assert task.say("mara", UNSURE) == Standing(state=RESOLVED)
    assert task.outcome is Outcome.APPROVED


@pytest.mark.parametrize("who", ["mara", "priya"])
def test_unsure_after_a_tie_was_broken_leaves_it_standing(who: str) -> None:
    """Two against one decided it; that one side is left with as many as the other is a shrug too, and no recall."""
    task = Task(quorum=2)
    task.say("mara", APPROVE)
    task.say("jonas", REJECT)
    task.say("priya", APPROVE)
    assert task.say(who, UNSURE, final=True) == Standing(state=RESOLVED)
    assert task.outcome is Outcome.APPROVED


def test_disagreement_of_somebody_unsure_brings_a_lead() -> None:
    """They said that they disagree: that is more than a shrug."""
    task = Task()
    task.say("mara", APPROVE)
    assert task.say("jonas", UNSURE, to_the_lead=True).state is DISPUTED


def test_undo_opens_the_task_again() -> None:
    """The withdrawal is a revision of its own, and the next verdict is the third."""
    task = Task()
    task.say("mara", APPROVE)
    undone = task.say("mara", WITHDRAWN)
    assert (undone.state, undone.missing, task.outcome) == (OPEN, 1, None)
    again = task.say("jonas", REJECT).resolution
    assert again is not None
    assert (again.revision, again.outcome, again.recall) == (3, Outcome.REJECTED, False)


@pytest.mark.parametrize("final", [False, True])
def test_what_was_used_or_sent_is_recalled(final: bool) -> None:
    """A change and an undo say so; the first decision never does."""
    task = Task()
    task.say("mara", APPROVE)
    changed = task.say("mara", REJECT, final=final).resolution
    undone = task.say("mara", WITHDRAWN, final=final).resolution
    assert changed is not None
    assert undone is not None
    assert (changed.recall, undone.recall) == (final, final)


def test_quorum_of_two_waits_for_the_second() -> None:
    """One verdict resolves nothing; two that agree do."""
    task = Task(quorum=2)
    assert task.say("mara", APPROVE) == Standing(state=OPEN, missing=1)
    assert task.say("jonas", APPROVE).state is RESOLVED
    assert task.outcome is Outcome.APPROVED


def test_third_vote_is_asked_only_on_disagreement() -> None:
    """1 to 1, then 2 to 1."""
    task = Task(quorum=2)
    task.say("mara", APPROVE)
    assert task.say("jonas", REJECT) == Standing(state=OPEN, missing=1)
    assert task.say("priya", REJECT).state is RESOLVED
    assert task.outcome is Outcome.REJECTED


def test_three_different_opinions_go_to_a_lead() -> None:
    """Approve, reject and an edit: no majority even after the third."""
    task = Task(quorum=2)
    task.say("mara", APPROVE)
    task.say("jonas", REJECT)
    assert task.say("priya", EDIT, "It costs € 3.50.").state is DISPUTED
    settled = task.say("tomas", EDIT, "It costs € 4.", lead=True).resolution
    assert settled is not None
    assert (settled.outcome, settled.text, settled.as_lead) == (Outcome.EDITED, "It costs € 4.", True)


def test_route_may_ask_a_lead_at_once() -> None:
    """Without a third vote."""
    task = Task(quorum=2, on_disagreement=LEAD)
    task.say("mara", APPROVE)
    assert task.say("jonas", REJECT).state is DISPUTED


def test_two_edits_agree_only_on_the_same_text() -> None:
    """White space is no difference; another word is."""
    same = Task(quorum=2)
    same.say("mara", EDIT, "It costs € 3.50.")
    assert same.say("jonas", EDIT, "It costs  € 3.50.\n").state is RESOLVED
    other = Task(quorum=2)
    other.say("mara", EDIT, "It costs € 3.50.")
    assert other.say("jonas", EDIT, "It costs € 4.").state is OPEN


@pytest.mark.parametrize(
    ("quorum", "kinds", "state"),
    [
        (3, [APPROVE, APPROVE], OPEN),  # three were asked for, whatever the first two say
        (3, [APPROVE, APPROVE, REJECT], RESOLVED),
        (4, [APPROVE, APPROVE, REJECT, REJECT], OPEN),
        (4, [APPROVE, APPROVE, REJECT, REJECT, REJECT], RESOLVED),
        (5, [APPROVE, APPROVE, REJECT, REJECT, REJECT], RESOLVED),
        (5, [APPROVE, UNSURE, APPROVE, APPROVE, REJECT], OPEN),  # unsure does not count towards the five
    ],
)
def test_majority_of_the_quorum_decides(quorum: int, kinds: list[VerdictKind], state: TaskState) -> None:
    """More than half of the deciding verdicts."""
    task = Task(quorum=quorum)
    standings = [task.say(f"person-{number}", kind) for number, kind in enumerate(kinds)]
    assert standings[-1].state is state


def test_voter_who_changes_sides_turns_the_majority() -> None:
    """2 to 1 becomes 1 to 2: a new revision; within the majority nothing changes."""
    task = Task(quorum=3)
    task.say("mara", APPROVE)
    task.say("jonas", APPROVE)
    task.say("priya", REJECT)
    turned = task.say("jonas", REJECT).resolution
    assert turned is not None
    assert (turned.revision, turned.outcome) == (2, Outcome.REJECTED)


def test_tie_after_a_change_of_mind_opens_the_task_again() -> None:
    """Two agreed; one takes the other side: the resolution is withdrawn and a third person is asked."""
    task = Task(quorum=2)
    task.say("mara", APPROVE)
    task.say("jonas", APPROVE)
    assert task.say("mara", REJECT).state is OPEN
    assert task.outcome is None


def test_disagreement_brings_a_lead_whatever_the_majority() -> None:
    """Mara rejected, Jonas disagrees: disputed until the lead decides, and the lead decides alone."""
    task = Task()
    task.say("mara", REJECT)
    assert task.say("jonas", APPROVE, to_the_lead=True).state is DISPUTED
    assert task.outcome is None
    settled = task.say("tomas", REJECT, lead=True)
    assert settled.state is RESOLVED
    assert task.outcome is Outcome.REJECTED


def test_dispute_ends_when_one_side_gives_in() -> None:
    """The one who disagreed takes it back: what Mara said holds again, as a new revision."""
    task = Task()
    task.say("mara", REJECT)
    task.say("jonas", APPROVE, to_the_lead=True)
    again = task.say("jonas", WITHDRAWN)
    assert (again.state, task.outcome) == (RESOLVED, Outcome.REJECTED)


def test_leads_decision_outlives_the_others_changes() -> None:
    """A voter's later change does not overrule the lead; the lead's own does."""
    task = Task(quorum=2, on_disagreement=LEAD)
    task.say("mara", APPROVE)
    task.say("jonas", REJECT)
    task.say("tomas", REJECT, lead=True)
    assert task.say("jonas", APPROVE) == Standing(state=RESOLVED)
    assert task.say("tomas", APPROVE, lead=True).resolution is not None
    assert task.outcome is Outcome.APPROVED


def test_withdrawn_verdicts_count_for_nobody() -> None:
    """Neither among the current nor among the deciding ones."""
    task = Task()
    task.say("mara", APPROVE)
    task.say("mara", WITHDRAWN)
    assert consensus.current(task.verdicts) == ()
    assert consensus.deciding(task.verdicts) == ()
