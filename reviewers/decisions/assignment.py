"""Who may decide a task, and which task is next."""

from __future__ import annotations

from collections.abc import Collection

from reviewers.errors import NotYourTask
from reviewers.model import Output


def may_decide(output: Output, reviewer: str, reviewers: Collection[str]) -> None:
    """Return when this person may decide on this output; raise NotYourTask with the reason when not.

    Nobody reviews what they submitted. An empty list of reviewers admits every full member; guests, strangers and
    deactivated people are refused at the edge, which alone knows them.
    """
    if output.submitted_by and output.submitted_by == reviewer:
        raise NotYourTask("You sent this answer to review, so someone else decides.")
    if reviewers and reviewer not in reviewers:
        raise NotYourTask("You are not a reviewer of these answers. Being in the channel is not enough.")
