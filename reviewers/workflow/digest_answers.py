"""What people answer to a digest; answers are only ever added, and change what the next one tells."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from reviewers.decisions.digest_answers import ABOUT_FINDINGS, SNOOZE, Display, an_answer, chosen, display, told
from reviewers.errors import Invalid
from reviewers.model.digest import Digest
from reviewers.model.telling import DigestAnswerKind, Told
from reviewers.ports import Clock, Ids, Store


@dataclass(frozen=True, kw_only=True, slots=True)
class DigestAnswerDesk:
    """Takes answers of full members, whom the edge knows."""

    store: Store
    clock: Clock
    ids: Ids

    def display(self, digest: Digest) -> Display:
        """What was asked to be left out of this digest, as of now."""
        with self.store.read() as uow:
            answers = uow.digest_answers.of(digest.route)
        return display(answers, digest, self.clock.now())

    def snooze(self, digest: Digest, by: str) -> datetime:
        """Leave out what moved in it for a week; until when. A second press begins the week anew."""
        until = self.clock.now() + SNOOZE
        self._add(digest, DigestAnswerKind.SNOOZED, by, until=until)
        return until

    def not_useful(self, digest: Digest, by: str, *, why: str, note: str, which: Collection[str] | None = None) -> None:
        """Record that it was not useful to this person. Raises Invalid (`which`) for a reason that is about nothing.

        Args:
            digest: that they read.
            by: Slack user id.
            why: one of the form's reasons; `decisions.digest_answers` says what each changes.
            note: what was written beside it; untrusted text.
            which: keys of what moved that it is about (`decisions.digest_answers.key_of`); None: all of it.
        """
        about = None if which is None else chosen(digest, which)
        if about == () and why in ABOUT_FINDINGS and told(digest):
            again = "What you chose is told otherwise by now. Close this form and open it again."
            raise Invalid("which", again if which else "Choose what it is about; all else is told as before.")
        self._add(digest, DigestAnswerKind.NOT_USEFUL, by, why=why, note=note, about=about)

    def _add(
        self,
        digest: Digest,
        kind: DigestAnswerKind,
        by: str,
        *,
        until: datetime | None = None,
        why: str = "",
        note: str = "",
        about: tuple[Told, ...] | None = None,
    ) -> None:
        at = self.clock.now()
        answer = an_answer(self.ids.new("da"), digest, kind, by, at, until=until, why=why, note=note, about=about)
        with self.store.begin() as uow:
            uow.digest_answers.add(answer)
