"""Whether a held output may leave."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from reviewers.decisions.consensus import final_text
from reviewers.model import OnTimeout, Outcome, Output, Proof, Release, ReleaseState, Resolution, Risk, Route, Versions

STATES = {
    Outcome.APPROVED: ReleaseState.APPROVED,
    Outcome.EDITED: ReleaseState.EDITED,
    Outcome.REJECTED: ReleaseState.REJECTED,
}


def hold(output: Output, route: Route) -> Release:
    """The release of an output that was sent with hold, from the moment it was received.

    Under OnTimeout.HOLD there is no deadline: it stays held until somebody decides. On a route that holds nothing it
    may leave at once, not verified: the application asked for a release, so there is one.
    """
    if not route.hold:
        return Release(
            output_id=output.output_id,
            state=ReleaseState.TIMED_OUT,
            held_since=output.received_at,
            deadline=output.received_at,
            on_timeout=OnTimeout.RELEASE,
            text=output.completion,
            decided_at=output.received_at,
        )
    keeps = route.on_timeout is OnTimeout.HOLD
    return Release(
        output_id=output.output_id,
        state=ReleaseState.HELD,
        held_since=output.received_at,
        deadline=None if keeps else output.received_at + timedelta(minutes=route.hold_minutes),
        on_timeout=route.on_timeout,
    )


def outcome(release: Release, output: Output, resolution: Resolution | None, *, now: datetime) -> Release:
    """The release as it stands now: decided by the resolution, timed out past its deadline, or unchanged.

    A release that is final stays as it is: a later change of mind is a recall, not another release.
    """
    if release.state is not ReleaseState.HELD:
        return release
    if resolution is not None:
        return replace(
            release,
            state=STATES[resolution.outcome],
            text=final_text(output, resolution),
            reasons=resolution.reasons,
            decided_at=resolution.resolved_at,
        )
    if release.deadline is not None and now >= release.deadline:
        sends = release.on_timeout is OnTimeout.RELEASE
        text = output.completion if sends else None
        return replace(release, state=ReleaseState.TIMED_OUT, text=text, decided_at=now)
    return release


def below_proven(
    release: Release,
    output: Output,
    risk: Risk | None,
    read_by: Versions,
    route: Route,
    proof: Proof | None,
    *,
    now: datetime,
) -> Release:
    """The release as it stands once the risk is known: gone at once where that is proven to be safe, or unchanged.

    It leaves only on a route that says so, with a risk, under a proof that stands, is no looser than the route's
    target, and was made on outputs that the same versions of the same scorers read. One that is final, such as timed
    out while it waited for the machine, stays as it is.
    """
    if release.state is not ReleaseState.HELD or not route.release_below_proven or route.release_target is None:
        return release
    if risk is None or proof is None:
        return release
    if not proof.holds(risk.probability, read_by, limit=route.release_target, now=now):
        return release
    return replace(release, state=ReleaseState.RELEASED, text=output.completion, decided_at=now)


def may_send(release: Release) -> bool:
    """Whether the application may send `release.text` to its reader: it is final, and people did not take it back."""
    return release.state is not ReleaseState.HELD and release.text is not None and release.recalled_at is None
