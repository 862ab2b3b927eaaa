"""The repositories of `MemoryStore` for digests, how they are told and answered, watches, and events for others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from reviewers.model.digest import Digest
from reviewers.model.digest_json import from_json, to_json
from reviewers.model.telling import (
    DigestAnswer,
    DigestAnswerKind,
    DigestMessage,
    WatchName,
    WatchStart,
    WebhookEvent,
)
from tests.memory_queues import Repository
from tests.memory_state import in_utc


class MemoryDigests(Repository):
    """Implements `reviewers.ports.Digests`."""

    def add(self, digest: Digest, *, at: datetime) -> bool:
        if at.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        key = (digest.route, digest.week)
        self._own.digests_at.setdefault(key, at.astimezone(UTC))
        return self._own.digests.setdefault(key, kept := from_json(to_json(digest))) is kept

    def get(self, route: str, week: str) -> Digest | None:
        return self._state.digests.get((route, week))

    def stored_at(self, route: str, week: str) -> datetime | None:
        return self._state.digests_at.get((route, week))

    def of_week(self, week: str) -> list[Digest]:
        return [digest for digest in self._state.digests.values() if digest.week == week]

    def weeks(self, limit: int) -> list[str]:
        return sorted({week for _, week in self._state.digests}, reverse=True)[:limit]


class MemoryDigestMessages(Repository):
    """Implements `reviewers.ports.DigestMessages`."""

    def add(self, message: DigestMessage) -> bool:
        kept = in_utc(message)
        return self._own.digest_messages.setdefault(message.message_id, kept) is kept

    def get(self, message_id: str) -> DigestMessage | None:
        return self._state.digest_messages.get(message_id)

    def set_file(self, message_id: str, picture: str, file_id: str) -> None:
        if (message := self._own.digest_messages.get(message_id)) is not None:
            files = dict(message.files) | {picture: file_id}  # an earlier one keeps its place
            self._own.digest_messages[message_id] = replace(message, files=tuple(files.items()))

    def set_posting(self, message_id: str, channel: str, ts: str) -> None:
        if (message := self._own.digest_messages.get(message_id)) is not None:
            self._own.digest_messages[message_id] = replace(message, channel=channel, ts=ts)

    def of(self, week: str, route: str) -> list[DigestMessage]:
        messages = self._state.digest_messages.values()
        return [message for message in messages if message.week == week and route in message.routes]


class MemoryDigestAnswers(Repository):
    """Implements `reviewers.ports.DigestAnswers`."""

    def add(self, answer: DigestAnswer) -> bool:
        accepts = answer.kind is DigestAnswerKind.ACCEPTED
        if accepts and any(_accepts(other, answer) for other in self._state.digest_answers.values()):
            return False
        kept = in_utc(answer)
        return self._own.digest_answers.setdefault(answer.answer_id, kept) is kept

    def of(self, route: str) -> list[DigestAnswer]:
        return [answer for answer in self._state.digest_answers.values() if answer.route == route]

    def between(self, since: datetime, until: datetime) -> list[DigestAnswer]:
        found = [answer for answer in self._state.digest_answers.values() if since <= answer.at < until]
        return sorted(found, key=lambda answer: answer.at)


def _accepts(other: DigestAnswer, answer: DigestAnswer) -> bool:
    same = (other.route, other.week) == (answer.route, answer.week)
    return same and other.kind is DigestAnswerKind.ACCEPTED


class MemoryWatches(Repository):
    """Implements `reviewers.ports.Watches`."""

    def add(self, start: WatchStart) -> None:
        baseline = in_utc(start.baseline)
        self._own.watch_starts.append(in_utc(replace(start, baseline=baseline)))

    def of(self, route: str, *, until: datetime) -> Mapping[WatchName, WatchStart]:
        found = [one for one in self._state.watch_starts if one.watch.route == route and one.made_at < until]
        return {start.watch: start for start in sorted(found, key=lambda start: start.made_at.astimezone(UTC))}


class MemoryWebhookEvents(Repository):
    """Implements `reviewers.ports.WebhookEvents`."""

    def add(self, event: WebhookEvent) -> bool:
        kept = in_utc(event)
        return self._own.webhook_events.setdefault(event.event_id, kept) is kept

    def get(self, event_id: str) -> WebhookEvent | None:
        return self._state.webhook_events.get(event_id)
