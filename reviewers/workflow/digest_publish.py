"""Tell Slack a digest: its pictures first, then the message, then its details in the thread; each exactly once.

A picture that Slack is still working on holds the message up for a while and never for good: what it shows is told in
words then. What was uploaded is remembered at once, so that no attempt uploads it again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from reviewers.errors import Refused, Unavailable, Unready
from reviewers.model import Posting
from reviewers.model.digest import Digest
from reviewers.model.telling import DigestMessage, DigestMessageKind
from reviewers.ports import Clock, Metrics, OutboxItem, Store, UnitOfWork
from reviewers.ports.outside import DigestMessenger
from reviewers.workflow.digest_outbox import enqueue
from reviewers.workflow.publish import remembering

LOOK_BACK = timedelta(minutes=5)  # history is read from before the first attempt: clocks of two machines differ
LOOKS = 6  # at a picture that is not ready; with the outbox's delays, a minute from the first to the last
NO_FILES = frozenset({"missing_scope", "no_permission"})  # an installation that may post, but not upload
WITH_DETAILS = frozenset({DigestMessageKind.ROUTE})


@dataclass(frozen=True, kw_only=True, slots=True)
class DigestPublisher:
    """Delivers one item of the outbox that tells a digest."""

    store: Store
    clock: Clock
    metrics: Metrics
    messenger: DigestMessenger

    def tell(self, item: OutboxItem) -> None:
        """Post the item's message, unless it stands there. Raises what the messenger raises, and Refused.

        OutcomeUnknown also where it was posted and that could not be stored.

        Refused: `unknown_digest_message`, `unknown_digest`, or `no_digest` where the message that it should stand
        below was given up.
        """
        message, root, digests = self._read(item)
        if message.ts:
            self._finish(item, message, None, 0)
            return
        posting = None
        if item.outcome_unknown:
            since = (item.first_attempt_at or item.due_at) - LOOK_BACK
            posting = self.messenger.find_digest(message, root, since=since)
        if posting is None:
            files = self._files(message, digests, looks=item.attempts)
            posting = self.messenger.post_digest(message, digests, root, files=files, attempt=item.attempts + 1)
        details = self.messenger.details(digests[0]) if message.kind in WITH_DETAILS else 0
        with remembering():
            self._finish(item, message, posting, details)
        self.metrics.count("digest_messages_posted", kind=message.kind.value)

    def _read(self, item: OutboxItem) -> tuple[DigestMessage, DigestMessage | None, list[Digest]]:
        with self.store.read() as uow:
            message = uow.digest_messages.get(item.message_id)
            if message is None:
                raise Refused("unknown_digest_message")
            root = uow.digest_messages.get(message.parent_id) if message.parent_id else None
            found = [uow.digests.get(route, message.week) for route in message.routes]
        digests = [one for one in found if one is not None]
        if message.kind is not DigestMessageKind.ALERT and len(digests) < len(found):
            raise Refused("unknown_digest")
        if message.parent_id and (root is None or not root.ts):
            raise Refused("no_digest")
        return message, root, digests

    def _files(self, message: DigestMessage, digests: Sequence[Digest], *, looks: int) -> dict[str, str]:
        """Slack's ids of its pictures. Raises Unavailable while one is not ready and may yet become so."""
        files = dict(message.files)
        for picture in self.messenger.pictures(message, digests):
            if picture not in files:
                files[picture] = self._uploaded(message, digests[0], picture)
        waiting = [picture for picture, file_id in files.items() if file_id and not self.messenger.is_ready(file_id)]
        if waiting and looks < LOOKS:
            raise Unavailable(f"Slack still works on the picture {waiting[0]}.")
        self.metrics.count("digest_pictures_left_out", len(waiting))
        return {picture: file_id for picture, file_id in files.items() if file_id and picture not in waiting}

    def _uploaded(self, message: DigestMessage, digest: Digest, picture: str) -> str:
        """Its id; empty where Slack takes no picture from us, and the message goes without."""
        try:
            file_id = self.messenger.upload(digest, picture)
        except (Refused, Unready) as error:
            if isinstance(error, Unready) and error.code not in NO_FILES:
                raise  # nothing can be told at all, so the digest waits for who mends it
            file_id = ""
        with self.store.begin() as uow:
            uow.digest_messages.set_file(message.message_id, picture, file_id)
        return file_id

    def _finish(self, item: OutboxItem, message: DigestMessage, posting: Posting | None, details: int) -> None:
        """It stands there; with it, in one transaction, its details fall due."""
        now = self.clock.now()
        with self.store.begin() as uow:
            if posting is not None:
                uow.digest_messages.set_posting(message.message_id, posting.channel, posting.ts)
                for part in range(details):
                    _add_detail(uow, message, part, now)
            uow.outbox.done(item.key)


def _add_detail(uow: UnitOfWork, root: DigestMessage, part: int, now: datetime) -> None:
    message = DigestMessage(
        message_id=f"detail:{root.message_id}:{part}",
        kind=DigestMessageKind.DETAIL,
        week=root.week,
        routes=root.routes,
        recipient=root.recipient,
        parent_id=root.message_id,
        part=part,
        made_at=now,
    )
    enqueue(uow, message)
