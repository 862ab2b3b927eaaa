"""Errors that tell a person what to do.

ReviewError
├── Invalid                 a value breaks a stated rule; `field` names it
├── UnknownOutput           no output has this id
├── UnknownTask             no review task has this id
├── OutputConflict          the id is taken by another body
├── NotYourTask             this person may not decide this task
│   └── NotAReviewer        they are not among the route's reviewers; a lead can add them
├── AlreadyResolved         somebody decided before
├── Claimed                 somebody else works on it now
├── NothingChanged          an edit equals the output
├── NotHeld                 the output was not sent with hold
├── Conflict                two writers met; try again
└── Unavailable             a part that is needed does not answer
    ├── RateLimited         it says when to come back (`retry_after_seconds`)
    ├── OutcomeUnknown      it may or may not have happened: look before trying again
    ├── Unready             it says no until people repair something, such as a token (`code`)
    └── Refused             it says no, and will say no again (`code`)
"""

from __future__ import annotations

from datetime import datetime


class ReviewError(Exception):
    """Something that a person or an application can act on; the message is the sentence they read."""


class Invalid(ReviewError):
    """A value breaks a stated rule."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


class UnknownOutput(ReviewError):
    """No output has this id."""

    def __init__(self, output_id: str) -> None:
        super().__init__(f"No output has the id {output_id!r}. Check the id, or send the output first.")
        self.output_id = output_id


class UnknownTask(ReviewError):
    """No review task has this id."""

    def __init__(self, task_id: str) -> None:
        super().__init__("This review is not known here. It may belong to another installation.")
        self.task_id = task_id


class OutputConflict(ReviewError):
    """The id is taken by an output with another body."""

    def __init__(self, output_id: str) -> None:
        super().__init__(
            f"An output with the id {output_id!r} was received before with another body. "
            "Send a changed output under a new id."
        )
        self.output_id = output_id


class NotYourTask(ReviewError):
    """This person may not decide this task; the message says why."""


class NotAReviewer(NotYourTask):
    """This person is not among the reviewers of the task's route."""

    def __init__(self, route: str = "") -> None:
        self.named = f"of {route}" if route else "of these answers"
        super().__init__(f"You are not a reviewer {self.named}. Being in the channel is not enough.")


class AlreadyResolved(ReviewError):
    """Somebody else, or the clock, decided before this verdict arrived."""

    def __init__(self, *, by: str, outcome: str, at: datetime | None) -> None:
        super().__init__(f"Decided before you by {by or 'the clock'}: {outcome}. Your verdict was not counted.")
        self.by = by  # a Slack user id; empty when the task timed out
        self.outcome = outcome
        self.at = at


class Claimed(ReviewError):
    """Somebody else works on this task now; it can be taken over."""

    def __init__(self, *, by: str, until: datetime) -> None:
        super().__init__("Somebody else has claimed this answer. Review the next one, or take it over.")
        self.by = by  # a Slack user id
        self.until = until


class NothingChanged(ReviewError):
    """An edit equals the output."""

    def __init__(self) -> None:
        super().__init__("Nothing is changed. If the answer is right, press Cancel and choose Approve.")


class NotHeld(ReviewError):
    """The output was not sent with `"hold": true`, so there is no release to wait for."""

    def __init__(self, output_id: str) -> None:
        super().__init__(f"The output {output_id!r} was not sent with hold, so nothing holds it back.")
        self.output_id = output_id


class Conflict(ReviewError):
    """Two writers met; the second one may try again."""


class Unavailable(ReviewError):
    """A part that is needed does not answer."""


class RateLimited(Unavailable):
    """The other side asks to come back later."""

    def __init__(self, retry_after_seconds: float) -> None:
        super().__init__(f"Asked to come back in {retry_after_seconds:g} s.")
        self.retry_after_seconds = retry_after_seconds


class OutcomeUnknown(Unavailable):
    """The call may or may not have taken effect: look before trying again."""


class Unready(Unavailable):
    """The other side says no until people repair the installation; `code` is its word for it."""

    def __init__(self, code: str) -> None:
        super().__init__(f"Refused until somebody repairs it: {code}.")
        self.code = code


class Refused(Unavailable):
    """The other side says no and will say no again; `code` is its word for it."""

    def __init__(self, code: str) -> None:
        super().__init__(f"Refused: {code}.")
        self.code = code
