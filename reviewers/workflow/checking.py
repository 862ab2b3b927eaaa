"""Ad-hoc checks as people ask for them: to ask, to verify, to send on to review, to share, to submit a message."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from reviewers.decisions import sampling
from reviewers.decisions.answering import LONGEST_QUESTION, LONGEST_TEXT
from reviewers.errors import Invalid
from reviewers.model import Assessment, Check, CheckKind, Message, Output, Policy, ReviewTask, TaskView
from reviewers.ports import Clock, Ids, Policies, Receipt, Store, UnitOfWork
from reviewers.workflow.intake import Intake
from reviewers.workflow.review import open_task
from reviewers.workflow.terms import terms_now

CHECK_PREFIX = "k_"  # of the ids of checks, which no task has
CHECK_KEY = "check"  # metadata of an output that came of a check: the check's id
SHARING_SECONDS = 30.0  # within which a second press of Share is taken for the same one
EXAMPLES = {
    CheckKind.ASK: "/whetstone ask What does a replacement card cost?",
    CheckKind.VERIFY: "/whetstone verify The annual fee is € 39. You can cancel at any time.",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Asker:
    """Who asks, and where."""

    user_id: str
    team_id: str
    channel: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckDesk:
    """Takes checks in, for the worker to do, and lets their people go on from what came of them."""

    store: Store
    clock: Clock
    ids: Ids
    policies: Policies
    intake: Intake
    channel: str  # where cards go when the policy names none

    def ask(self, question: str, asker: Asker) -> Check:
        """Let the sources be asked. Raises Invalid (`text`), with an example."""
        return self._take(CheckKind.ASK, question, asker, LONGEST_QUESTION)

    def verify(self, text: str, asker: Asker) -> Check:
        """Let the claims of a text be held against the sources. Raises Invalid (`text`), with an example."""
        return self._take(CheckKind.VERIFY, text, asker, LONGEST_TEXT)

    def submit(self, message: Output) -> Receipt:
        """Receive a message of Slack as an output like any other: scored, sampled, kept. Again: the first one stays."""
        return self.intake.receive([replace(message, body_hash=body_hash(message))])[0]

    def find(self, check_id: str) -> Check | None:
        """The check of this id."""
        with self.store.read() as uow:
            return uow.checks.get(check_id)

    def of(self, check_id: str, person: str) -> Check:
        """The finished check of this person. Raises Invalid (`check`) when it is not theirs, or not there yet."""
        check = self.find(check_id)
        if check is None or check.asked_by != person:
            raise Invalid("check", "This answer belongs to somebody else. Ask the same with /whetstone ask.")
        if check.output is None:
            raise Invalid("check", "This is not finished yet. Its message changes when it is.")
        return check

    def review_of(self, check: Check) -> TaskView | None:
        """The review of what came of it; None while nobody reviews it."""
        with self.store.read() as uow:
            return review_of(uow, check)

    def send_to_review(self, check_id: str, person: str) -> ReviewTask:
        """Let other people decide on it; the person who asked does not. Again: the task that is there.

        Raises Invalid (`check`) as `of`.
        """
        check, policy = self.of(check_id, person), self.policies.current()
        assert check.output is not None
        with self.store.begin() as uow:
            output = self._stored(uow, check.output, check.assessment, policy)
            decision = uow.decisions.get(output.output_id)
            assert decision is not None
            return open_task(
                uow,
                output,
                replace(decision, decided_at=self.clock.now()),  # it becomes due from now on
                check.assessment,
                policy,
                task_id=self.ids.new("t"),
                channel=self.channel,
                sent_by=person,
            )

    def share(self, check_id: str, person: str, post: Callable[[Check], None]) -> Check | None:
        """Let `post` show the answer to others, once; None when it was shared before, or is just now.

        Raises Invalid (`check`) as `of`, and whatever `post` raises: then it can be shared again.
        """
        check = self.of(check_id, person)
        if check.shared_at is not None:
            return None
        lease, holder = f"share:{check_id}", self.ids.new("share")
        if not self.store.lease(lease, holder, now=self.clock.now(), seconds=SHARING_SECONDS):
            return None
        try:
            post(check)
        except Exception:
            self.store.lease(lease, holder, now=self.clock.now(), seconds=0)
            raise
        now = self.clock.now()
        with self.store.begin() as uow:
            uow.checks.share(check_id, now)
        return replace(check, shared_at=now)

    def _take(self, kind: CheckKind, text: str, asker: Asker, longest: int) -> Check:
        words = text.strip()
        if not any(sign.isalnum() for sign in words):
            raise Invalid("text", f"There is nothing to {kind.value}. Write it behind the command: {EXAMPLES[kind]}")
        if len(words) > longest:
            raise Invalid(
                "text",
                f"This has {len(words):,} characters, and {longest:,} are read at once. "
                f"Take the part that matters: {EXAMPLES[kind]}",
            )
        check = Check(
            check_id=self.ids.new(CHECK_PREFIX.removesuffix("_")),
            kind=kind,
            asked_by=asker.user_id,
            team_id=asker.team_id,
            channel=asker.channel,
            text=words.replace("\x00", ""),
            asked_at=self.clock.now(),
        )
        with self.store.begin() as uow:
            uow.checks.add(check)
        return check

    def _stored(self, uow: UnitOfWork, output: Output, assessment: Assessment | None, policy: Policy) -> Output:
        """The output with its number, stored with what the machine says if it was not before."""
        receipt = uow.outputs.add([output])[0]
        kept = uow.outputs.get(receipt.output_id)
        assert kept is not None
        if assessment is not None:
            uow.assessments.add([assessment])
        draw = sampling.stable_draw(kept.output_id, policy.version)
        risk = assessment.risk if assessment else None
        uow.decisions.add([sampling.decide(kept, risk, terms_now(uow, policy), draw=draw, now=self.clock.now())])
        return kept


def review_of(uow: UnitOfWork, check: Check) -> TaskView | None:
    """The review of what came of a check; None while nobody reviews it."""
    task = uow.tasks.for_output(check.output.output_id) if check.output else None
    return next(iter(uow.tasks.views([task.task_id])), None) if task else None


def body_hash(output: Output) -> str:
    """SHA-256 of what makes two outputs the same: who said what, and from which passages."""
    body = {
        "prompt": [[turn.role, turn.content] for turn in output.prompt],
        "completion": output.completion,
        "model": output.model,
        "passages": [passage.text for passage in output.passages],
    }
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode("utf-8", "surrogatepass")).hexdigest()


def thread_prompt(turns: Sequence[Message], limit: int = 40, length: int = 20_000) -> tuple[Message, ...]:
    """The newest turns of a thread, as many as a prompt takes, the oldest first."""
    kept: list[Message] = []
    room = length
    for turn in reversed([turn for turn in turns if turn.content.strip()][-limit:]):
        if len(turn.content) > room:
            break
        kept.insert(0, turn)
        room -= len(turn.content)
    return tuple(kept)
