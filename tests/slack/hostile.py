"""Tasks, notices, checks and digests with the words of others wherever such words can stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from typing import Any

from bot.slack.cards import (
    CardOptions,
)
from reviewers.errors import AlreadyResolved
from reviewers.model import (
    Check,
    CheckKind,
    ClaimReading,
    Match,
    Message,
    Outcome,
    Passage,
    Reading,
    Reason,
    Reply,
    Route,
    Score,
    TaskState,
    TaskView,
    VerdictKind,
)
from reviewers.model.digest import Digest
from reviewers.model.sources import ChangedSentence, DocumentChange
from tests.builders import NOON, a_decision, a_task, a_verdict
from tests.slack.digests import hostile_digest
from tests.slack.drawn import AT
from tests.slack.scenes import assessed, claims_of, resolved, thailand, thailand_output


def poisoned(payload: str, address: str) -> TaskView:
    """A task with the payload wherever somebody else's words can stand."""
    sentences = (f"One {payload} end.", f"Two {payload} end.", f"Three {payload} end.", f"Four {payload} end.")
    answer = " ".join(sentences)
    kinds = (Reading.CONTRADICTED, Reading.UNCLEAR, Reading.NO_SOURCE, Reading.SUPPORTED)
    passages = [
        Passage(
            passage_id=f"{n} {payload}",
            text=f"{payload} says {n} {payload}",
            title=f"{payload} {n}",
            heading=payload,
            address=address,
        )
        for n in range(6)
    ]
    readings = tuple(
        ClaimReading(claim=claim, reading=kind, passages=(passages[n], passages[n + 1]))
        for n, (claim, kind) in enumerate(zip(claims_of(answer, sentences), kinds, strict=True))
    )
    score = Score(output_id="o-1", scorer=payload, version=payload, value=0.5, explanation=payload)
    return thailand(
        output=thailand_output(
            completion=answer,
            prompt=(Message(role=payload, content=payload), Message(role="user", content=f"Why {payload}?")),
            model=payload,
            model_version=payload,
            tags=(payload,),
            submitted_by=payload,
            passages=tuple(passages),
        ),
        assessment=assessed(readings, scores=(score,)),
        decision=a_decision(reason=Reason.RULE, rule=payload),
        task=a_task(handed_on_by=payload),
    )


def decided_with(view: TaskView, payload: str, outcome: Outcome, text: str | None = None) -> TaskView:
    """The same task with a verdict whose every word is the payload."""
    kind = VerdictKind.EDIT if text is not None else VerdictKind.REJECT
    verdict = a_verdict(kind=kind, correction=text, note=payload, reasons=(payload,), reviewer=payload)
    done = replace(view, verdicts=(verdict,))
    return resolved(done, outcome, text=text, note=payload, reasons=(payload, payload), resolved_by=payload)


@dataclass(frozen=True)
class Hostile:
    """What the surfaces are drawn from."""

    payload: str
    address: str = ""

    @cached_property
    def view(self) -> TaskView:
        """An open task."""
        return poisoned(self.payload, self.address)

    @property
    def name(self) -> str:
        """For what cannot be longer than a name."""
        return self.payload[:60]

    @cached_property
    def names(self) -> CardOptions:
        """People who are called so."""
        return CardOptions(names={self.payload: self.payload, "U0MARA": self.payload})

    @property
    def edited(self) -> str:
        """A correction of the answer."""
        return f"Now {self.payload} {self.view.output.completion[:-4]}{self.payload}"

    @cached_property
    def rejected(self) -> TaskView:
        """A task that somebody rejected in these words."""
        return decided_with(self.view, self.payload, Outcome.REJECTED)

    @cached_property
    def changed(self) -> TaskView:
        """A task that somebody edited with these words, and others wrote below it."""
        replies = tuple(
            Reply(task_id="t-1", channel="C0REVIEW", ts=f"1.{n}", author=self.payload, text=self.payload, written_at=AT)
            for n in range(12)
        )
        return replace(decided_with(self.view, self.payload, Outcome.EDITED, self.edited), replies=replies)

    @cached_property
    def disputed(self) -> TaskView:
        """A task that two people see differently."""
        people = replace(self.claimed.task, state=TaskState.DISPUTED, lead=self.payload)
        return replace(self.view, task=people, verdicts=self.votes)

    @cached_property
    def reopened(self) -> Sequence[TaskView]:
        """An approved task whose source changed to these words, or from them, or is gone."""
        said = self.view.output.completion
        fields: dict[str, Any] = {
            "change_id": "sc_1",
            "document": self.payload,
            "title": self.payload,
            "address": self.address,
            "changed_at": AT,
        }
        quoted = Passage(passage_id="p-1", text=f"{said} {self.payload}", title=self.payload, address=self.address)
        view = replace(self.view, output=replace(self.view.output, passages=(quoted,)), assessment=None)
        forms = ((said, self.payload, False), (self.payload or "-", "", False), (said, "", True))
        return [
            replace(
                view,
                change=DocumentChange(sentences=(ChangedSentence(was=was, now=now),), removed=removed, **fields),
            )
            for was, now, removed in forms
        ]

    @property
    def claimed(self) -> TaskView:
        """A task that somebody has, and somebody sent."""
        until = AT + timedelta(hours=1)
        names = {"claimed_by": self.payload, "claimed_until": until, "sent_by": self.payload, "quorum": 2}
        task: dict[str, Any] = {**names, "route": self.name}
        return replace(self.view, task=replace(self.view.task, **task))

    @property
    def votes(self) -> tuple[Any, ...]:
        """Two verdicts that differ."""
        more = {"note": self.payload, "reviewer": self.payload}
        return (
            a_verdict("v-1", kind=VerdictKind.REJECT, reasons=(self.payload,), **more),
            a_verdict("v-2", kind=VerdictKind.EDIT, correction=f"{self.payload} {self.view.output.completion}", **more),
        )

    @property
    def route(self) -> Route:
        """A route of this name, for what is called so."""
        match = Match(tags=(self.payload,), models=(self.payload,))
        return Route(name=self.name, match=match, channel="C0REVIEW", reviewers=("U0MARA", "S0REVIEWERS"))

    @cached_property
    def digest(self) -> Digest:
        """A digest of these words."""
        return hostile_digest(self.payload, self.address)

    @property
    def late(self) -> AlreadyResolved:
        """Somebody was faster."""
        return AlreadyResolved(by=self.payload, outcome=self.payload, at=NOON)

    def check(self, kind: CheckKind = CheckKind.ASK, **changes: Any) -> Check:
        """An ad-hoc check of these words."""
        fields: dict[str, Any] = {
            "check_id": "k_1",
            "kind": kind,
            "asked_by": "U0MARA",
            "team_id": "T0",
            "channel": "C0REVIEW",
            "text": self.payload,
            "output": self.view.output,
            "assessment": self.view.assessment,
            "asked_at": NOON,
            "finished_at": NOON,
        }
        return Check(**(fields | changes))
