"""What the use cases need of the store: tokens, datasets, people's settings, saved routes, ad-hoc checks."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from reviewers.model import ApiToken, Check, DatasetUse, DatasetVersion, Preferences, Route


class Tokens(Protocol):
    """Bearer tokens of the API, by hash."""

    def add(self, token: ApiToken) -> None: ...

    def by_hash(self, token_hash: str) -> ApiToken | None: ...

    def all(self) -> list[ApiToken]: ...

    def revoke(self, token_id: str, at: datetime) -> bool: ...


class Datasets(Protocol):
    """Dataset versions that were built."""

    def add(self, dataset: DatasetVersion, uses: Sequence[DatasetUse] = ()) -> None:
        """Store with the resolutions that went into it; the same version in the same format again is ignored."""

    def all(self) -> list[DatasetVersion]: ...

    def reaches(self, route: str, formats: Collection[str], *, before: datetime) -> datetime | None:
        """When the newest decision of this route was made that stands in a dataset of one of these formats.

        Only of datasets that were built before that moment. None: no decision of this route stands in any.
        """


class PreferencesOf(Protocol):
    """What people set for themselves."""

    def get(self, user_id: str) -> Preferences:
        """Theirs, or the defaults."""

    def put(self, preferences: Preferences) -> None: ...

    def paused(self, now: datetime) -> frozenset[str]:
        """Who pauses at this moment."""

    def subscribers(self) -> list[str]:
        """Who gets the weekly digest as a direct message, in the order of their ids."""


class SavedRoutes(Protocol):
    """Routes that were made in Slack; those of the policy file are not here."""

    def put(self, route: Route, *, by: str, at: datetime) -> None:
        """Store, in place of one of the same name; every version is kept with who made it when."""

    def all(self) -> list[Route]:
        """The newest version of each, by name."""


class Checks(Protocol):
    """Ad-hoc checks that wait, and what came of them."""

    def add(self, check: Check) -> None: ...

    def get(self, check_id: str) -> Check | None: ...

    def claim_due(self, *, limit: int, now: datetime, lease_seconds: float, worker: str) -> list[Check]:
        """Lease the oldest unfinished ones; an expired lease is free again."""

    def set_shown(self, check_id: str, channel: str, ts: str) -> None:
        """Where its direct message stands; with an empty `ts`, that an attempt to post it begins."""

    def finish(self, check: Check) -> None:
        """Store what came of it: with `finished_at` for good, without it for the worker that may have to go on.

        A finished one stays as it is. Where it stands and whether it was shared is not touched.
        """

    def share(self, check_id: str, at: datetime) -> bool:
        """Keep that it was shared; False, and nothing changed, when it was before."""
