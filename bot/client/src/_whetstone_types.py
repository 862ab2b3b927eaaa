"""What the service answers, as types; and its refusals, as exceptions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeVar

import httpx

T = TypeVar("T")


class WhetstoneError(Exception):
    """Something went wrong between you and the service."""


@dataclass(frozen=True)
class FieldError:
    """One rule that one field breaks; `field` is a path such as `passages[2].text`."""

    field: str
    message: str


class Refused(WhetstoneError):
    """The service says no, and will say no again."""

    def __init__(self, status: int, title: str, detail: str, errors: tuple[FieldError, ...] = ()) -> None:
        super().__init__(detail or title)
        self.status = status
        self.title = title
        self.detail = detail
        self.errors = errors


class Unauthorised(Refused):
    """The token is not known, or was revoked."""


class NotFound(Refused):
    """No output has this id."""


class Conflict(Refused):
    """The id is taken by another body, or the output was not sent with hold."""


class Unreachable(WhetstoneError):
    """No answer after all attempts; sending again later is harmless."""


@dataclass(frozen=True)
class Receipt:
    """The output is stored."""

    output_id: str
    number: int  # the short number that people see
    received_at: datetime


@dataclass(frozen=True)
class BatchResult:
    """What became of one output of a batch."""

    output_id: str
    status: Literal["received", "same", "conflict", "invalid"]
    receipt: Receipt | None  # None when it was not stored
    problem: Refused | None


@dataclass(frozen=True)
class Release:
    """Whether a held output may leave."""

    output_id: str
    state: Literal["held", "approved", "edited", "rejected", "timed_out", "released"]
    final: bool  # False only while held
    may_be_sent: bool  # then send `text`; False again after a recall
    verified: bool  # a person approved or edited it, and it was not recalled
    text: str | None
    reasons: tuple[str, ...]
    note: str
    deadline: datetime | None
    decided_at: datetime | None
    # People changed their mind after it was final: take back what was sent. None again once they say the same again.
    recalled_at: datetime | None = None
    notice: str = ""  # a sentence for the reader of `text`: whether a person checked it, or what it is worth


@dataclass(frozen=True)
class Story:
    """What is known of one output; None where it has not happened yet."""

    output_id: str
    number: int
    completion: str
    received_at: datetime
    risk: float | None  # probability that a reviewer would find it wrong
    selected: bool | None
    outcome: str | None  # "approved", "edited" or "rejected"
    text: str | None  # the edited text
    raw: Mapping[str, Any] = field(repr=False)  # the whole answer
    notice: str = ""  # a sentence for its reader, as in `Release`


def answer_of(response: httpx.Response, read: Callable[[Mapping[str, Any]], T]) -> T:
    """What a good answer says. Raises Refused, and WhetstoneError for what is no answer of the service."""
    if not response.is_success:
        raise problem_of(response)
    try:
        return read(response.json())
    except (ValueError, LookupError, TypeError, AttributeError) as error:  # a page of a proxy, or a wrong address
        shown = f"{response.status_code} with what is no answer of Whetstone's"
        raise WhetstoneError(f"{response.url} answers {shown}: {response.text[:200]}") from error


def problem_of(response: httpx.Response) -> Refused:
    """The refusal that an answer tells of, problem+json or not: what stands in between answers in its own way."""
    try:
        content = response.json()
    except ValueError:
        content = None
    content = content if isinstance(content, dict) else {}
    return refused_of(content, status=response.status_code, otherwise=response.text[:200])


def refused_of(content: Mapping[str, Any], *, status: int, otherwise: str = "") -> Refused:
    """A refusal from the members of problem+json; `otherwise` is the detail where they have none."""
    kinds: Mapping[int, type[Refused]] = {401: Unauthorised, 404: NotFound, 409: Conflict}
    listed = content.get("errors")
    errors = tuple(
        FieldError(str(each["field"]), str(each["message"]))
        for each in (listed if isinstance(listed, list) else ())
        if isinstance(each, dict) and {"field", "message"} <= each.keys()
    )
    title, detail = (str(content.get(name) or "") for name in ("title", "detail"))
    return kinds.get(status, Refused)(status, title, detail or otherwise, errors)


def retry_after_of(response: httpx.Response, longest: float) -> float:
    """Seconds that the service asks to wait, at most `longest`."""
    value = response.headers.get("Retry-After", "")
    return min(longest, float(value)) if value.isdigit() else 0.0


def _moment(value: str) -> datetime:
    return datetime.fromisoformat(value.replace("Z", "+00:00"))


def _maybe(value: str | None) -> datetime | None:
    return None if value is None else _moment(value)


def receipt_of(content: Mapping[str, Any]) -> Receipt:
    """From JSON."""
    return Receipt(content["output_id"], content["number"], _moment(content["received_at"]))


def batch_result_of(content: Mapping[str, Any]) -> BatchResult:
    """From JSON."""
    problem = content.get("problem")
    return BatchResult(
        output_id=content["output_id"],
        status=content["status"],
        receipt=None if problem else receipt_of(content),
        problem=refused_of(problem, status=int(problem["status"])) if problem else None,
    )


def batch_results_of(content: Mapping[str, Any]) -> list[BatchResult]:
    """From JSON."""
    return [batch_result_of(result) for result in content["results"]]


def release_of(content: Mapping[str, Any]) -> Release:
    """From JSON."""
    return Release(
        output_id=content["output_id"],
        state=content["state"],
        final=content["final"],
        may_be_sent=content["may_be_sent"],
        verified=content["verified"],
        text=content["text"],
        reasons=tuple(content["reasons"]),
        note=content["note"],
        deadline=_maybe(content["deadline"]),
        decided_at=_maybe(content["decided_at"]),
        recalled_at=_maybe(content.get("recalled_at")),
        notice=content.get("notice", ""),
    )


def story_of(content: Mapping[str, Any]) -> Story:
    """From JSON."""
    output, resolution = content["output"], content["resolution"] or {}
    risk = (content["assessment"] or {}).get("risk")
    return Story(
        output_id=output["output_id"],
        number=output["number"],
        completion=output["completion"],
        received_at=_moment(output["received_at"]),
        risk=risk["probability"] if risk else None,
        selected=content["decision"]["selected"] if content["decision"] else None,
        outcome=resolution.get("outcome"),
        text=resolution.get("text"),
        raw=content,
        notice=content.get("notice", ""),
    )
