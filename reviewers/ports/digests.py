"""What the use cases need of the store: digests, how they were told and answered, watches, features of outputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from reviewers.model.digest import Digest
from reviewers.model.features import FeatureBlock, OutputFeatures
from reviewers.model.sources import DocumentChange, Reopening
from reviewers.model.telling import DigestAnswer, DigestMessage, WatchName, WatchStart, WebhookEvent


class Digests(Protocol):
    """Append-only digests, one a route and ISO week."""

    def add(self, digest: Digest, *, at: datetime) -> bool:
        """Store; False, and nothing changed, when the week of this route has one."""

    def get(self, route: str, week: str) -> Digest | None:
        """The stored one; `digest_json.to_json` gives the bytes that were stored."""

    def stored_at(self, route: str, week: str) -> datetime | None:
        """When it was stored; None: there is none."""

    def of_week(self, week: str) -> list[Digest]:
        """Of all routes, in the order of storing."""

    def weeks(self, limit: int) -> list[str]:
        """The newest weeks that have any, the newest first."""


class DigestMessages(Protocol):
    """The messages that tell digests."""

    def add(self, message: DigestMessage) -> bool:
        """Store; False when the id is taken: it was posted, or will be."""

    def get(self, message_id: str) -> DigestMessage | None: ...

    def set_file(self, message_id: str, picture: str, file_id: str) -> None:
        """Remember an uploaded picture, in place of an earlier one of this name; empty: go without it."""

    def set_posting(self, message_id: str, channel: str, ts: str) -> None: ...

    def of(self, week: str, route: str) -> list[DigestMessage]:
        """All that speak of this week and route, in the order of storing."""


class DigestAnswers(Protocol):
    """Append-only answers of people."""

    def add(self, answer: DigestAnswer) -> bool:
        """Store; False when the id is taken, or when it accepts a suggestion that was accepted."""

    def of(self, route: str) -> list[DigestAnswer]:
        """The oldest first."""

    def between(self, since: datetime, until: datetime) -> list[DigestAnswer]:
        """Of all routes, those given in [since, until), the oldest first."""


class Watches(Protocol):
    """Append-only beginnings of watches; the newest of a name counts."""

    def add(self, start: WatchStart) -> None: ...

    def of(self, route: str, *, until: datetime) -> Mapping[WatchName, WatchStart]:
        """The newest of each name that was made before `until`."""


class Features(Protocol):
    """What is computed once of each output."""

    def add(self, features: Sequence[OutputFeatures]) -> None:
        """Store; a second one for the same output is ignored."""

    def blocks(
        self, since: datetime, until: datetime, *, route: str, as_of: datetime | None = None
    ) -> Iterator[FeatureBlock]:
        """Of every output of this route decided on in [since, until) by the time of the decision, in pieces that fit
        in memory; known answers and outputs that have no features are left out, and no text is read.

        Features that were made after `as_of` are unseen; None: all are seen.
        """

    def questions(self, output_ids: Sequence[str]) -> dict[str, str]:
        """The last turn of a person of each of these outputs; empty where there is none."""


class SourceChanges(Protocol):
    """Append-only changes of documents, and what became of the answers that rest on them."""

    def add(self, change: DocumentChange) -> bool:
        """Store; False when the id is taken: it was noticed before."""

    def get(self, change_id: str) -> DocumentChange | None: ...

    def waiting(self, limit: int) -> list[DocumentChange]:
        """Those whose answers were not looked at yet, the oldest first."""

    def end(self, reopening: Reopening) -> bool:
        """Store what became of one; False when that was stored before."""

    def between(
        self, since: datetime, until: datetime, *, as_of: datetime
    ) -> list[tuple[DocumentChange, Reopening | None]]:
        """Those that happened in [since, until), the oldest first, with what had become of them by then."""


class WebhookEvents(Protocol):
    """Append-only events for other programs; the outbox tells them."""

    def add(self, event: WebhookEvent) -> bool:
        """Store; False when the id is taken."""

    def get(self, event_id: str) -> WebhookEvent | None: ...
