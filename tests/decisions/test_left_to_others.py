"""What somebody gave to whoever is next: left to the others, or in their own queue all the same."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from reviewers.decisions.assignment import left_to_others
from reviewers.decisions.reminders import waiting_on
from reviewers.model import Verdict, VerdictKind
from tests.builders import NOON, a_task, a_verdict

MARA, JONAS, PRIYA, TOMAS = "U0MARA", "U0JONAS", "U0PRIYA", "U0TOMAS"


def said(who: str, kind: VerdictKind = VerdictKind.APPROVE) -> Verdict:
    """A verdict of this person."""
    return a_verdict(f"v-{who}", reviewer=who, kind=kind)


@pytest.mark.parametrize(
    ("changes", "reviewers", "verdicts", "left"),
    [
        ({}, (MARA, JONAS), [], True),
        ({"handed_on_by": JONAS}, (MARA, JONAS), [], False),
        ({}, (MARA,), [], False),  # there is nobody else
        ({}, (MARA, JONAS), [said(JONAS, VerdictKind.UNSURE)], False),  # the other could not judge it
        ({}, (MARA, JONAS), [said(JONAS, VerdictKind.WITHDRAWN)], True),
        ({"submitted_by": JONAS}, (MARA, JONAS), [], False),
        ({"seen_by": (JONAS,)}, (MARA, JONAS), [], False),
        ({"due_at": NOON}, (MARA, JONAS), [], False),  # nobody took it in time
        ({"due_at": None}, (MARA, JONAS), [], True),
        ({"claimed_by": MARA, "claimed_until": NOON + timedelta(minutes=1)}, (MARA, JONAS), [], False),
        ({}, (), [], True),  # who else there is, is not known
        ({"due_at": None}, (), [], False),  # nothing would bring it back
        ({"quorum": 2}, (MARA, JONAS, PRIYA), [], False),  # they may differ
        ({"quorum": 2}, (MARA, JONAS, PRIYA, TOMAS), [], True),
        ({"quorum": 2}, (MARA, JONAS, PRIYA, TOMAS), [said(JONAS)], True),
        ({"quorum": 2}, (MARA, JONAS, PRIYA, TOMAS), [said(JONAS, VerdictKind.UNSURE)], False),
        ({"quorum": 2}, (MARA, JONAS, PRIYA, TOMAS), [said(JONAS), said(PRIYA, VerdictKind.REJECT)], True),
    ],
)
def test_what_was_handed_on_is_left_to_the_others_where_they_are_enough(
    changes: dict[str, Any], reviewers: tuple[str, ...], verdicts: list[Verdict], left: bool
) -> None:
    """For every verdict that may still be asked for, in time."""
    task = a_task(**({"handed_on_by": MARA} | changes))
    assert left_to_others(task, MARA, verdicts, reviewers=reviewers, now=NOON) is left


def test_who_is_needed_all_the_same_is_reminded() -> None:
    """As their queue says; and who took a verdict back has it to give again."""
    task = a_task(handed_on_by=MARA, quorum=2)
    assert waiting_on(task, (MARA, JONAS, PRIYA), [], NOON) == [MARA, JONAS, PRIYA]
    assert waiting_on(task, (MARA, JONAS, PRIYA, TOMAS), [], NOON) == [JONAS, PRIYA, TOMAS]
    assert waiting_on(a_task(), (MARA, JONAS), [said(JONAS, VerdictKind.WITHDRAWN)], NOON) == [MARA, JONAS]
