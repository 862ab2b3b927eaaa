"""What leads answer to a suggestion to retrain: gather, decide, apply. Building comes first, recording last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from reviewers.decisions import retraining_event
from reviewers.decisions.approved_share import APPROVED_SHARE
from reviewers.decisions.digest_answers import SNOOZE, an_answer, closing
from reviewers.errors import Conflict, Invalid, NotYourTask
from reviewers.model import DatasetVersion
from reviewers.model.digest import Digest
from reviewers.model.telling import DigestAnswer, DigestAnswerKind, DigestMessageKind, Receiver
from reviewers.ports import Clock, Ids, Policies, Store
from reviewers.workflow.datasets import DatasetBuilder, manifest_beside
from reviewers.workflow.event_publish import add_event

TRAINS_ON = "sft"  # approved and corrected outputs together, so that a model does not learn that all was wrong


@dataclass(frozen=True, kw_only=True, slots=True)
class Decided:
    """How a suggestion stands after somebody pressed."""

    answer: DigestAnswer  # that closed it
    first: bool  # this press closed it; else somebody was faster
    dataset: DatasetVersion | None = None  # that this press built


@dataclass(frozen=True, kw_only=True, slots=True)
class RetrainingDesk:
    """Takes the answers of leads; where a route has none, of any full member, whom the edge knows."""

    store: Store
    clock: Clock
    ids: Ids
    policies: Policies
    datasets: DatasetBuilder
    receivers: tuple[Receiver, ...] = ()  # who is told that a training is wanted

    def dataset(self, digest: Digest, format: str, folder: str) -> DatasetVersion:
        """Build what reviewers had decided on the digest's route when its week ended. Raises as `DatasetBuilder`.

        What a training reads has the share of approved outputs that the suggestion names; other formats have none.
        """
        share = APPROVED_SHARE if format == TRAINS_ON else None
        return self.datasets.build(format, folder, route=digest.route, until=digest.current.end, approved_at_most=share)

    def accept(self, digest: Digest, by: str, folder: str) -> Decided:
        """Build the training set in `folder`, record once that a training is wanted, and have the receivers told.

        A build that fails records nothing; the event stands in the same transaction as the answer. Raises NotYourTask
        for who does not lead the route, Invalid (`value`) where nothing is suggested, and as `DatasetBuilder`.
        """
        standing = self.standing(digest, by)
        if standing is not None:
            return Decided(answer=standing, first=False)
        dataset = self.dataset(digest, TRAINS_ON, folder)
        answer = self._answer(digest, DigestAnswerKind.ACCEPTED, by, dataset=dataset.version)
        return self._close(digest, answer, dataset)

    def postpone(self, digest: Digest, by: str) -> Decided:
        """Put it off for a week; the next digest leaves it out. Raises as `accept`."""
        standing = self.standing(digest, by)
        if standing is not None:
            return Decided(answer=standing, first=False)
        until = self.clock.now() + SNOOZE
        return self._close(digest, self._answer(digest, DigestAnswerKind.POSTPONED, by, until=until))

    def dismiss(self, digest: Digest, by: str, *, why: str, note: str) -> Decided:
        """Close it, with one of the form's reasons and what was written beside it (untrusted). Raises as `accept`."""
        standing = self.standing(digest, by)
        if standing is not None:
            return Decided(answer=standing, first=False)
        return self._close(digest, self._answer(digest, DigestAnswerKind.DISMISSED, by, why=why, note=note))

    def places(self, digest: Digest) -> list[tuple[str, str]]:
        """Channel and ts of every message that tells the suggestion."""
        with self.store.read() as uow:
            messages = uow.digest_messages.of(digest.week, digest.route)
        return [(one.channel, one.ts) for one in messages if one.kind is DigestMessageKind.SUGGESTION and one.ts]

    def told(self, answer: DigestAnswer) -> tuple[Receiver, ...]:
        """Which programs are told of an answer that accepted; recorded with it, whatever the settings say by now."""
        with self.store.read() as uow:
            return retraining_event.receivers_of(uow.webhook_events.get(retraining_event.event_id(answer.answer_id)))

    def require(self, digest: Digest, by: str) -> None:
        """Raise NotYourTask for who does not lead the digest's route, and Invalid where nothing is suggested."""
        policy = self.policies.current()
        leads = policy.route(digest.route).leads or policy.leads
        if leads and by not in leads:
            raise NotYourTask("Only a lead of this route decides on a training.")
        if not digest.suggestion.suggested:
            raise Invalid("value", "This week's digest suggests no training any more.")

    def standing(self, digest: Digest, by: str) -> DigestAnswer | None:
        """What closed the suggestion; None: it is open, and this person may decide. Raises as `require`."""
        self.require(digest, by)
        with self.store.read() as uow:
            return closing(uow.digest_answers.of(digest.route), digest, self.clock.now())

    def _answer(
        self,
        digest: Digest,
        kind: DigestAnswerKind,
        by: str,
        *,
        until: datetime | None = None,
        why: str = "",
        note: str = "",
        dataset: str = "",
    ) -> DigestAnswer:
        at = self.clock.now()
        return an_answer(self.ids.new("da"), digest, kind, by, at, until=until, why=why, note=note, dataset=dataset)

    def _close(self, digest: Digest, answer: DigestAnswer, dataset: DatasetVersion | None = None) -> Decided:
        """Looked at again in the transaction that writes: a build takes a while, and two may press at once."""
        with self.store.begin() as uow:
            standing = closing(uow.digest_answers.of(digest.route), digest, self.clock.now())
            if standing is None and uow.digest_answers.add(answer):
                if dataset is not None:
                    manifest = manifest_beside(dataset.path)
                    event = retraining_event.accepted(
                        digest, answer, dataset, manifest=manifest, receivers=self.receivers
                    )
                    add_event(uow, event, self.receivers)
                return Decided(answer=answer, first=True, dataset=dataset)
        if standing is None:
            raise Conflict("Somebody else accepted this suggestion at the same moment. Press again to see who.")
        return Decided(answer=standing, first=False)
