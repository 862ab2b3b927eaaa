"""What is kept beside the reviews: dataset versions and API tokens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from reviewers.model.checks import aware


@dataclass(frozen=True, kw_only=True, slots=True)
class DatasetVersion:
    """A dataset file that was built; its content hash is the version."""

    version: str  # sha256 of the data file
    format: str
    path: str
    examples: int
    policy_versions: tuple[str, ...]
    built_at: datetime

    def __post_init__(self) -> None:
        aware("built_at", self.built_at)


@dataclass(frozen=True, kw_only=True, slots=True)
class ApiToken:
    """A bearer token of the API; only its hash is kept."""

    token_id: str
    name: str
    token_hash: str  # sha256, hexadecimal
    created_at: datetime
    revoked_at: datetime | None = None

    def __post_init__(self) -> None:
        aware("created_at", self.created_at)
        aware("revoked_at", self.revoked_at)
