"""What verdicts come to, and what that means for a held output."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from reviewers.decisions import assignment, ballots, consensus, gate
from reviewers.decisions.pacing import retry_delay
from reviewers.errors import Invalid, NothingChanged, NotYourTask
from reviewers.model import OnTimeout, ReleaseState, Route, VerdictKind
from tests.builders import COMPLETION, NOON, a_release, a_verdict, an_output


def test_nobody_reviews_their_own() -> None:
    """The submitter is refused even when listed as a reviewer."""
    with pytest.raises(NotYourTask, match="someone else decides"):
        assignment.may_decide(an_output(submitted_by="U0MARA"), "U0MARA", ["U0MARA"])


def test_being_in_the_channel_is_not_enough() -> None:
    """With a list of reviewers, only these decide; without one, every full member."""
    assignment.may_decide(an_output(), "U0DANA", [])
    with pytest.raises(NotYourTask, match="not a reviewer"):
        assignment.may_decide(an_output(), "U0DANA", ["U0MARA"])


@pytest.mark.parametrize(
    ("kind", "correction", "reasons", "note", "field"),
    [
        (VerdictKind.REJECT, None, (), "", "reasons"),
        (VerdictKind.REJECT, None, ("other",), "  ", "note"),
        (VerdictKind.EDIT, " ", (), "", "correction"),
        (VerdictKind.EDIT, None, (), "", "correction"),
        (VerdictKind.APPROVE, "text", (), "", "correction"),
        (VerdictKind.APPROVE, None, (), "x" * 3001, "note"),
    ],
)
def test_incomplete_ballots_name_the_field(
    kind: VerdictKind, correction: str | None, reasons: tuple[str, ...], note: str, field: str
) -> None:
    """The modal shows the sentence beside that field."""
    with pytest.raises(Invalid) as refused:
        ballots.check(an_output(), kind=kind, correction=correction, reasons=reasons, note=note)
    assert refused.value.field == field


def test_edit_that_changes_nothing_is_refused() -> None:
    """It asks whether Approve was meant."""
    with pytest.raises(NothingChanged, match="choose Approve"):
        ballots.check(an_output(), kind=VerdictKind.EDIT, correction=COMPLETION, reasons=(), note="")


def test_held_output_has_a_deadline_unless_it_is_held_on() -> None:
    """Ten minutes from receipt; none under `hold`."""
    refused = gate.hold(an_output(hold=True), Route(name="", hold_minutes=10))
    assert refused.deadline == NOON + timedelta(minutes=10)
    held_on = gate.hold(an_output(hold=True), Route(name="", on_timeout=OnTimeout.HOLD))
    assert held_on.deadline is None


@pytest.mark.parametrize(
    ("kind", "changes", "state", "text"),
    [
        (VerdictKind.APPROVE, {}, ReleaseState.APPROVED, COMPLETION),
        (VerdictKind.EDIT, {"correction": "It costs € 3.50."}, ReleaseState.EDITED, "It costs € 3.50."),
        (VerdictKind.REJECT, {"reasons": ("invented",)}, ReleaseState.REJECTED, None),
    ],
)
def test_release_follows_the_resolution(
    kind: VerdictKind, changes: dict[str, Any], state: ReleaseState, text: str | None
) -> None:
    """Approved sends the output, edited the edit, rejected nothing."""
    resolution = consensus.stand([a_verdict(kind=kind, **changes)], None).resolution
    released = gate.outcome(a_release(), an_output(), resolution, now=NOON)
    assert (released.state, released.text, gate.may_send(released)) == (state, text, text is not None)


def test_what_was_recalled_may_not_be_sent_any_more() -> None:
    """It stays final, with the text that was sent."""
    release = a_release(state=ReleaseState.APPROVED, text=COMPLETION, decided_at=NOON)
    assert gate.may_send(release)
    assert not gate.may_send(replace(release, recalled_at=NOON))


@pytest.mark.parametrize(("on_timeout", "text"), [(OnTimeout.RELEASE, COMPLETION), (OnTimeout.REFUSE, None)])
def test_deadline_times_out_at_its_very_moment(on_timeout: OnTimeout, text: str | None) -> None:
    """One microsecond before it is held, at the deadline it is timed out; sent only where the policy says so."""
    release = a_release(on_timeout=on_timeout)
    assert release.deadline is not None
    before = gate.outcome(release, an_output(), None, now=release.deadline - timedelta(microseconds=1))
    assert before == release
    after = gate.outcome(release, an_output(), None, now=release.deadline)
    assert (after.state, after.text) == (ReleaseState.TIMED_OUT, text)


def test_final_release_never_changes() -> None:
    """A later change of mind is a recall, not another release."""
    final = gate.outcome(a_release(), an_output(), consensus.stand([a_verdict()], None).resolution, now=NOON)
    rejected = consensus.stand([a_verdict(kind=VerdictKind.REJECT, reasons=("unsafe",))], None).resolution
    assert gate.outcome(final, an_output(), rejected, now=NOON) == final


@pytest.mark.parametrize(("attempts", "seconds"), [(0, 1), (1, 2), (3, 8), (8, 256), (9, 300), (400, 300)])
def test_retries_double_up_to_five_minutes(attempts: int, seconds: int) -> None:
    """1 * 2^n, capped at 300."""
    assert retry_delay(attempts) == timedelta(seconds=seconds)
