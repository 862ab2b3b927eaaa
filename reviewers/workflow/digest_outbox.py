"""Messages that tell digests and changes: each is stored once, and falls due with it."""

from __future__ import annotations

from reviewers.model.telling import DigestMessage
from reviewers.ports import OutboxItem, OutboxKind, UnitOfWork


def enqueue(uow: UnitOfWork, message: DigestMessage) -> bool:
    """Store a message and let it fall due; False, and nothing changed, when it was before."""
    if not uow.digest_messages.add(message):
        return False
    uow.outbox.add(
        OutboxItem(
            key=f"digest:{message.message_id}",
            kind=OutboxKind.POST_DIGEST,
            message_id=message.message_id,
            line=message.parent_id or message.message_id,
            channel=message.recipient,
            due_at=message.made_at,
        )
    )
    return True
