"""Whether a person stands behind what left, or may leave, and since when."""

from __future__ import annotations

from datetime import datetime

from reviewers.model import Outcome, Release, ReleaseState, TaskView
from reviewers.workflow.intake import OutputStory

VERIFIED = {ReleaseState.APPROVED, ReleaseState.EDITED}


def is_verified(release: Release) -> bool:
    """Whether a person stands behind the text of a release."""
    return release.state in VERIFIED and release.recalled_at is None


def text_at(release: Release, view: TaskView | None) -> datetime | None:
    """When a person stood behind the very text of a release, which an edit after it was final does not change."""
    if release.state in VERIFIED:
        return release.decided_at
    resolution = view.resolution if view else None
    return resolution.resolved_at if resolution and resolution.outcome is Outcome.APPROVED else None


def at(view: TaskView | None) -> datetime | None:
    """When a person stood behind the output, as it is or edited; None: nobody does."""
    resolution = view.resolution if view else None
    return resolution.resolved_at if resolution and resolution.outcome is not Outcome.REJECTED else None


def is_taken_back(story: OutputStory) -> bool:
    """Whether people found it wrong and put nothing in its place, at first or when they were asked again."""
    resolution = story.view.resolution if story.view else None
    if resolution is None:
        return False
    recalled = story.release.recalled_at if story.release else None
    return resolution.outcome is Outcome.REJECTED or (recalled is not None and recalled > resolution.resolved_at)


def rejection_note(view: TaskView | None) -> str:
    """The reviewer's words, where the output was rejected."""
    resolution = view.resolution if view else None
    return resolution.note if resolution and resolution.outcome is Outcome.REJECTED else ""
