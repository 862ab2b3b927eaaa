"""Errors as application/problem+json (RFC 9457): what is wrong, where, and what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson
from starlette.responses import Response

from reviewers import errors as subject


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldError:
    """One rule that one field breaks; `field` is a path such as `passages[2].text`."""

    field: str
    message: str


class Kind(NamedTuple):
    """A sort of problem; its documentation stands at `/docs#problem-{slug}`."""

    slug: str
    status: int
    title: str


INVALID = Kind("invalid", 422, "A field breaks a rule")
NOT_JSON = Kind("not-json", 400, "The body is not JSON")
UNAUTHORISED = Kind("unauthorised", 401, "No valid token")
NOT_FOUND = Kind("not-found", 404, "Nothing is here")
UNKNOWN_OUTPUT = Kind("unknown-output", 404, "No output has this id")
METHOD = Kind("method-not-allowed", 405, "This method is not offered here")
TOO_SLOW = Kind("too-slow", 408, "The body took too long")
CONFLICT = Kind("conflict", 409, "The id is taken by another body")
NOT_HELD = Kind("not-held", 409, "The output was not sent with hold")
REFUSED = Kind("refused", 409, "What stands in the store does not allow this")
TOO_LARGE = Kind("too-large", 413, "The body is too large")
MEDIA_TYPE = Kind("media-type", 415, "Send application/json")
INTERNAL = Kind("internal", 500, "Something failed on our side")
BUSY = Kind("busy", 503, "Busy: try again")

KINDS: tuple[Kind, ...] = (
    INVALID, NOT_JSON, UNAUTHORISED, NOT_FOUND, UNKNOWN_OUTPUT, METHOD, TOO_SLOW,
    CONFLICT, NOT_HELD, REFUSED, TOO_LARGE, MEDIA_TYPE, INTERNAL, BUSY,
)  # fmt: skip

# Most special first: the first class that fits decides.
BY_ERROR: Mapping[type[subject.ReviewError], Kind] = {
    subject.Invalid: INVALID,
    subject.UnknownOutput: UNKNOWN_OUTPUT,
    subject.UnknownTask: NOT_FOUND,
    subject.OutputConflict: CONFLICT,
    subject.NotHeld: NOT_HELD,
    subject.NotYourTask: REFUSED,
    subject.NotAReviewer: REFUSED,
    subject.Claimed: REFUSED,
    subject.AlreadyResolved: REFUSED,
    subject.NothingChanged: REFUSED,
    subject.Conflict: BUSY,
    subject.RateLimited: BUSY,
    subject.OutcomeUnknown: BUSY,
    subject.Unready: BUSY,
    subject.Refused: BUSY,
    subject.Unavailable: BUSY,
    subject.ReviewError: REFUSED,
}

RETRY_SECONDS = 1  # what a busy answer asks for


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """One answer that is not what was asked for."""

    kind: Kind
    detail: str
    errors: tuple[FieldError, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        """The members of RFC 9457, with `errors` where fields are at fault."""
        members: dict[str, Any] = {
            "type": f"/docs#problem-{self.kind.slug}",
            "title": self.kind.title,
            "status": self.kind.status,
            "detail": self.detail,
        }
        if self.errors:
            members["errors"] = [{"field": error.field, "message": error.message} for error in self.errors]
        return members


class ProblemFound(Exception):
    """Ends a request with this problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


def invalid(errors: Sequence[FieldError]) -> Problem:
    """One or more fields break a rule."""
    first = errors[0]
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return Problem(kind=INVALID, detail=f"{first.field}: {first.message}{more}", errors=tuple(errors))


def of(error: subject.ReviewError) -> Problem:
    """The problem that tells of an error of the subject."""
    kind = next(kind for cls, kind in BY_ERROR.items() if isinstance(error, cls))
    errors = (FieldError(field=error.field, message=error.message),) if isinstance(error, subject.Invalid) else ()
    headers = {"Retry-After": str(RETRY_SECONDS)} if kind is BUSY else {}
    return Problem(kind=kind, detail=str(error) or kind.title, errors=errors, headers=headers)


def busy(detail: str) -> Problem:
    """The caller may try the same again soon."""
    return Problem(kind=BUSY, detail=detail, headers={"Retry-After": str(RETRY_SECONDS)})


def unauthorised(detail: str) -> Problem:
    """There is no token that opens this door."""
    return Problem(kind=UNAUTHORISED, detail=detail, headers={"WWW-Authenticate": 'Bearer realm="whetstone"'})


def answer(problem: Problem) -> Response:
    """The HTTP response."""
    return Response(
        orjson.dumps(problem.body()),
        status_code=problem.kind.status,
        headers=dict(problem.headers),
        media_type="application/problem+json",
    )
