"""What a ballot must hold before it becomes a verdict."""

from __future__ import annotations

from collections.abc import Sequence

from reviewers.errors import Invalid, NothingChanged
from reviewers.model import Output, VerdictKind

LONGEST_NOTE = 3000  # characters; what one Slack input holds
LONGEST_CORRECTION = 200_000  # characters; the longest completion that intake accepts
OTHER = "other"


def check(output: Output, *, kind: VerdictKind, correction: str | None, reasons: Sequence[str], note: str) -> None:
    """Return when the ballot is complete; raise Invalid with the field, or NothingChanged, when it is not.

    Reasons are kept as they come: a taxonomy that changes later must not make old verdicts invalid.
    """
    if len(note) > LONGEST_NOTE:
        raise Invalid("note", f"The note has {len(note)} characters; {LONGEST_NOTE} fit.")
    if kind is VerdictKind.EDIT:
        if correction is None or not correction.strip():
            raise Invalid("correction", "The answer is empty. To refuse it whole, press Cancel and choose Reject.")
        if len(correction) > LONGEST_CORRECTION:
            raise Invalid("correction", f"The answer has {len(correction)} characters; {LONGEST_CORRECTION} fit.")
        if correction == output.completion:
            raise NothingChanged
    elif correction is not None:
        raise Invalid("correction", "Only an edit has a correction.")
    if kind is VerdictKind.REJECT:
        if not reasons:
            raise Invalid("reasons", "Choose at least one reason.")
        if OTHER in reasons and not note.strip():
            raise Invalid("note", "You chose Other. Say in a few words what is wrong.")
