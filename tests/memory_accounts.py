"""The repositories of `MemoryStore` for what is due to others, tokens and datasets."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from reviewers.model import (
    ApiToken,
    DatasetUse,
    DatasetVersion,
)
from reviewers.ports import OutboxItem
from tests.memory_queues import Repository, require_task
from tests.memory_state import Queued, in_utc


class MemoryOutbox(Repository):
    """Implements `reviewers.ports.Outbox`. A dictionary keeps the order of adding, and so the order of a task."""

    def add(self, item: OutboxItem) -> None:
        if item.task_id:
            require_task(self._own, item.task_id)
        self._own.outbox.setdefault(item.key, Queued(item=in_utc(item), free_at=item.due_at))

    def claim_due(self, *, limit: int, now: datetime, lease_seconds: float, worker: str) -> list[OutboxItem]:
        due = [queued for queued in self._next_of_each_task() if queued.free_at <= now]
        taken = []
        for queued in sorted(due, key=lambda queued: queued.free_at)[:limit]:
            item = replace(
                queued.item,
                outcome_unknown=queued.item.outcome_unknown or queued.leased,
                first_attempt_at=queued.item.first_attempt_at or now,
            )
            begun = replace(item, attempts=item.attempts + 1)
            until = now + timedelta(seconds=lease_seconds)
            self._own.outbox[item.key] = Queued(item=begun, leased=True, free_at=until)
            taken.append(item)
        return taken

    def _next_of_each_task(self) -> list[Queued]:
        waiting: dict[str, Queued] = {}
        for queued in self._state.outbox.values():
            if queued.state == "waiting":
                item = queued.item
                waiting.setdefault(item.line or item.task_id or item.notice_id or item.key, queued)
        order = {key: place for place, key in enumerate(self._state.outbox)}
        return sorted(waiting.values(), key=lambda queued: order[queued.item.key])

    def done(self, key: str) -> None:
        if key in self._own.outbox:
            self._own.outbox[key] = replace(self._own.outbox[key], state="done", leased=False)

    def retry(self, key: str, *, at: datetime, error: str, outcome_unknown: bool) -> None:
        if self._waits(key):
            item = replace(self._own.outbox[key].item, due_at=at, last_error=error, outcome_unknown=outcome_unknown)
            self._own.outbox[key] = Queued(item=in_utc(item), free_at=at)

    def put_off(self, key: str, at: datetime) -> None:
        if self._waits(key):
            before = self._own.outbox[key].item
            item = replace(before, due_at=at, attempts=before.attempts - 1)
            self._own.outbox[key] = Queued(item=item, free_at=at)

    def give_up(self, key: str, error: str) -> None:
        if self._waits(key):
            item = replace(self._own.outbox[key].item, last_error=error)
            self._own.outbox[key] = Queued(item=item, state="dead", free_at=item.due_at)

    def revive(self, at: datetime) -> int:
        dead = [key for key, queued in self._own.outbox.items() if queued.state == "dead"]
        for key in dead:
            item = replace(self._own.outbox[key].item, due_at=at, attempts=0)
            self._own.outbox[key] = Queued(item=item, free_at=at)
        return len(dead)

    def _waits(self, key: str) -> bool:
        return key in self._own.outbox and self._own.outbox[key].state == "waiting"

    def next_due(self) -> datetime | None:
        return min((queued.free_at for queued in self._next_of_each_task()), default=None)

    def dead(self) -> list[OutboxItem]:
        return [queued.item for queued in self._state.outbox.values() if queued.state == "dead"]


class MemoryTokens(Repository):
    """Implements `reviewers.ports.Tokens`."""

    def add(self, token: ApiToken) -> None:
        taken = token.token_id in self._own.tokens or self.by_hash(token.token_hash) is not None
        if taken:
            raise ValueError(f"the token {token.token_id!r} is there already")
        self._own.tokens[token.token_id] = in_utc(token)

    def by_hash(self, token_hash: str) -> ApiToken | None:
        return next((token for token in self._state.tokens.values() if token.token_hash == token_hash), None)

    def all(self) -> list[ApiToken]:
        return sorted(self._state.tokens.values(), key=lambda token: (token.created_at, token.token_id))

    def revoke(self, token_id: str, at: datetime) -> bool:
        token = self._own.tokens.get(token_id)
        if token is None or token.revoked_at is not None:
            return False
        self._own.tokens[token_id] = replace(token, revoked_at=at)
        return True


class MemoryDatasets(Repository):
    """Implements `reviewers.ports.Datasets`."""

    def add(self, dataset: DatasetVersion, uses: Sequence[DatasetUse] = ()) -> None:
        self._own.datasets.setdefault((dataset.version, dataset.format), in_utc(dataset))
        for use in uses:
            self._own.uses.setdefault((use.version, use.format, use.task_id, use.revision), in_utc(use))

    def all(self) -> list[DatasetVersion]:
        return list(self._state.datasets.values())

    def reaches(self, route: str, formats: Collection[str], *, before: datetime) -> datetime | None:
        state = self._state
        resolved = [
            state.resolutions[use.task_id, use.revision].resolved_at
            for use in state.uses.values()
            if use.format in formats and use.built_at < before and state.tasks[use.task_id].route == route
        ]
        return max(resolved, default=None)
