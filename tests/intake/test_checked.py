"""What an answer says of who stands behind a text, and since when."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.intake.answers import ReleaseAnswer, StoryAnswer
from reviewers.model import OnTimeout, Outcome, Release, ReleaseState, Resolution, TaskView
from reviewers.workflow.intake import OutputStory
from tests.builders import NOON, a_release, a_view

LATER = NOON + timedelta(minutes=9)


def notice(output_id: str, checked_at: datetime | None) -> str:
    """Which output, and when somebody checked it."""
    return f"{output_id} {checked_at.isoformat() if checked_at else 'unchecked'}"


def resolved(outcome: Outcome, at: datetime = LATER, **changes: Any) -> TaskView:
    """A task that people came to an end with; one that was taken back is open again."""
    if outcome is Outcome.WITHDRAWN:
        return a_view()
    resolution = Resolution(
        task_id="t-1", revision=2, outcome=outcome, verdict_id="v-2", resolved_by="U0MARA", resolved_at=at, **changes
    )
    return a_view(resolution=resolution)


def told(release: Release, view: TaskView | None) -> StoryAnswer:
    """The story, whose release is what the other address answers."""
    output = a_view().output
    story = OutputStory(output=output, assessment=None, decision=None, release=release, view=view)
    answer = StoryAnswer.of(story, notice)
    assert answer.release == ReleaseAnswer.of(release, view, notice)
    return answer


def approved(**changes: Any) -> Release:
    """By a person, at noon."""
    return a_release(state=ReleaseState.APPROVED, text="It.", decided_at=NOON, **changes)


def left(state: ReleaseState) -> Release:
    """Without anybody."""
    return a_release(state=state, text="It.", decided_at=NOON, on_timeout=OnTimeout.RELEASE)


@pytest.mark.parametrize("outcome", [Outcome.REJECTED, Outcome.EDITED, Outcome.WITHDRAWN])
def test_text_that_was_recalled_is_not_vouched_for(outcome: Outcome) -> None:
    """It is still told which one it was."""
    answer = told(approved(recalled_at=LATER), resolved(outcome, text="Other." if outcome is Outcome.EDITED else None))
    assert answer.release is not None
    assert (answer.release.may_be_sent, answer.release.verified, answer.release.notice) == (False, False, "")
    assert (answer.release.state, answer.release.final, answer.release.text) == (ReleaseState.APPROVED, True, "It.")


@pytest.mark.parametrize(
    ("outcome", "notice_of_the_output"),
    [
        (Outcome.REJECTED, ""),
        (Outcome.EDITED, f"o-1 {LATER.isoformat()}"),
        (Outcome.WITHDRAWN, "o-1 unchecked"),
    ],
)
def test_output_is_told_of_as_people_have_it_now(outcome: Outcome, notice_of_the_output: str) -> None:
    """An edit is checked, a verdict that was taken back is none."""
    view = resolved(outcome, text="Other." if outcome is Outcome.EDITED else None)
    assert told(approved(recalled_at=LATER), view).notice == notice_of_the_output


def test_what_was_rejected_on_a_second_look_is_not_told_as_checked() -> None:
    """The review still says approved; the recall came later. Approved again after a recall, it counts."""
    assert told(approved(recalled_at=LATER), resolved(Outcome.APPROVED, at=NOON)).notice == ""
    again = told(approved(recalled_at=NOON), resolved(Outcome.APPROVED, at=LATER))
    assert again.notice == f"o-1 {LATER.isoformat()}"
    assert again.release is not None
    assert not again.release.may_be_sent


def test_approval_that_came_after_it_left_is_told_and_an_edit_is_not() -> None:
    """The text that left is the one that was approved; the edited one is another."""
    release = left(ReleaseState.TIMED_OUT)
    for view, said in (
        (None, "o-1 unchecked"),
        (resolved(Outcome.APPROVED), f"o-1 {LATER.isoformat()}"),
        (resolved(Outcome.EDITED, text="Other."), "o-1 unchecked"),
    ):
        answer = told(release, view).release
        assert answer is not None
        assert (answer.notice, answer.verified) == (said, False)
