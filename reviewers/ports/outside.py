"""What the use cases need of the world around them: time, ids, Slack, people, policies, files, counters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from reviewers.model import Notice, Policy, Posting, TaskView
from reviewers.model.digest import Digest
from reviewers.model.telling import DigestMessage, WebhookEvent
from reviewers.ports.store import Counts


class Clock(Protocol):
    """The only place where time comes from."""

    def now(self) -> datetime:
        """The moment, in UTC and timezone-aware."""


class Ids(Protocol):
    """The only place where ids come from."""

    def new(self, prefix: str) -> str:
        """A new id that sorts by time, such as `t_01J…`."""


class Messenger(Protocol):
    """Slack, as far as cards and direct messages go. All raise RateLimited, OutcomeUnknown, Unready or Refused."""

    def post_card(self, views: Sequence[TaskView], *, attempt: int) -> Posting:
        """Post the card of one task, or of the two to five of a batch."""

    def find_card(self, view: TaskView, *, since: datetime) -> Posting | None:
        """Look whether the card was posted, by the metadata of the channel's messages; of a batch: its first task."""

    def update_card(self, views: Sequence[TaskView]) -> None:
        """Redraw the card where it stands."""

    def post_notice(self, notice: Notice, views: Sequence[TaskView], *, attempt: int) -> Posting: ...

    def find_notice(self, notice: Notice, *, since: datetime) -> Posting | None:
        """Look whether the direct message was posted."""

    def update_notice(self, notice: Notice, views: Sequence[TaskView]) -> None: ...


class DigestMessenger(Protocol):
    """Slack, as far as digests go. All that ask it raise RateLimited, OutcomeUnknown, Unready or Refused."""

    def details(self, digest: Digest) -> int:
        """How many messages stand in the thread of its message."""

    def pictures(self, message: DigestMessage, digests: Sequence[Digest]) -> tuple[str, ...]:
        """Names of the pictures that the message shows; `digests` are those of its routes, in their order."""

    def upload(self, digest: Digest, picture: str) -> str:
        """Draw and upload a picture without showing it anywhere; the id of the file."""

    def is_ready(self, file_id: str) -> bool:
        """Whether a message may show the file by now."""

    def post_digest(
        self,
        message: DigestMessage,
        digests: Sequence[Digest],
        root: DigestMessage | None,
        *,
        files: Mapping[str, str],
        attempt: int,
    ) -> Posting:
        """Post it, below `root` where it has one, with those pictures by name; what is missing is told in words."""

    def find_digest(self, message: DigestMessage, root: DigestMessage | None, *, since: datetime) -> Posting | None:
        """Look whether it was posted, by the metadata of messages."""


class EventSink(Protocol):
    """Another program that is told of events."""

    def tell(self, event: WebhookEvent, *, at: datetime) -> None:
        """Tell it, and return once it took the event; told twice, it sees the same id.

        Raises RateLimited, OutcomeUnknown, Unready for what people have to mend, Refused where it never wants it, and
        Unavailable.
        """


class Directory(Protocol):
    """The people of the workspace. All may ask Slack; two raise Unavailable when it does not answer."""

    def members(self, group: str) -> frozenset[str]:
        """The Slack user ids of a user group (S…); none of one that does not exist any more."""

    def zone(self, user_id: str) -> str:
        """The person's own time zone, such as Europe/Berlin; empty when it is not known."""

    def is_able(self, user_id: str) -> bool:
        """Whether the person can decide here at all: no guest, stranger or app, and not deactivated.

        Where Slack does not answer, what it said last; else they can.
        """


class Policies(Protocol):
    """The policy that holds now."""

    def current(self) -> Policy:
        """The newest one that could be read; cheap enough to ask for every output."""


class DatasetFiles(Protocol):
    """Where dataset files go."""

    def write(self, folder: str, *, data_name: str, lines: Iterable[bytes], manifest_name: str, manifest: bytes) -> str:
        """Write a data file (each line with a line feed) and its manifest, both whole or neither; the data's path.

        Files of the same names are replaced. Raises Invalid (`out`) when the folder cannot be one, and Unavailable
        when the disk refuses.
        """


class Metrics(Protocol):
    """Counters that operators watch."""

    def count(self, name: str, amount: int = 1, **labels: str) -> None: ...

    def observe(self, name: str, seconds: float, **labels: str) -> None: ...

    def exposition(self, counts: Counts | None) -> bytes:
        """All of it as text that Prometheus reads, with what the store counts."""
