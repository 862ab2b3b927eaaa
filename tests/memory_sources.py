"""The repository of `MemoryStore` for documents that changed."""

from __future__ import annotations

from datetime import datetime

from reviewers.model.sources import DocumentChange, Reopening
from tests.memory_queues import Repository
from tests.memory_state import in_utc


class MemorySourceChanges(Repository):
    """Implements `reviewers.ports.SourceChanges`."""

    def add(self, change: DocumentChange) -> bool:
        kept = in_utc(change)
        return self._own.source_changes.setdefault(change.change_id, kept) is kept

    def get(self, change_id: str) -> DocumentChange | None:
        return self._state.source_changes.get(change_id)

    def waiting(self, limit: int) -> list[DocumentChange]:
        ended = self._state.source_reopenings
        return [one for one in self._state.source_changes.values() if one.change_id not in ended][:limit]

    def end(self, reopening: Reopening) -> bool:
        kept = in_utc(reopening)
        return self._own.source_reopenings.setdefault(reopening.change_id, kept) is kept

    def between(
        self, since: datetime, until: datetime, *, as_of: datetime
    ) -> list[tuple[DocumentChange, Reopening | None]]:
        found = sorted(self._state.source_changes.values(), key=lambda one: one.changed_at)
        return [(one, self._ended(one, as_of)) for one in found if since <= one.changed_at < until]

    def _ended(self, change: DocumentChange, as_of: datetime) -> Reopening | None:
        found = self._state.source_reopenings.get(change.change_id)
        return found if found is not None and found.ended_at <= as_of else None
