"""Bearer tokens: made once, kept as a hash, looked up at most once a second each."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Executor
from datetime import datetime
from typing import NamedTuple

from bot.intake import problems
from bot.intake.problems import ProblemFound
from reviewers.errors import Invalid
from reviewers.model import ApiToken
from reviewers.ports import Store

PREFIX = "wst_"  # lets people and secret scanners see what it is
TOKEN_BYTES = 32
CACHE_SIZE = 1_000  # wrong tokens are remembered too, so the number is bounded
LONGEST = 200  # characters; longer ones are not even hashed


def hash_token(token: str) -> str:
    """sha256 in hexadecimal. A token has 256 random bits, so no salt and no slow hash is needed."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def create_token(store: Store, *, token_id: str, name: str, now: datetime) -> tuple[str, ApiToken]:
    """A new token, shown this once, and what is kept of it. Raises Invalid (`name`)."""
    name = name.strip()
    if not name or len(name) > 100 or not name.isprintable():
        raise Invalid("name", "Give the token a name of 1 to 100 visible characters, such as the application's.")
    token = PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
    kept = ApiToken(token_id=token_id, name=name, token_hash=hash_token(token), created_at=now)
    with store.begin() as uow:
        uow.tokens.add(kept)
    return token, kept


class _Seen(NamedTuple):
    token: ApiToken | None
    until: float


class Gatekeeper:
    """Lets in who shows a token that stands in the store and is not revoked."""

    def __init__(self, store: Store, executor: Executor, *, seconds: float, monotonic: Callable[[], float]) -> None:
        """`seconds` is how long an answer of the store is trusted, measured on `monotonic`."""
        self._store = store
        self._executor = executor
        self._seconds = seconds
        self._monotonic = monotonic
        self._cache: OrderedDict[str, _Seen] = OrderedDict()

    async def admit(self, authorization: str | None) -> str:
        """The token's name. Raises ProblemFound with 401."""
        scheme, _, token = (authorization or "").partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token:
            raise ProblemFound(problems.unauthorised("Send the header `Authorization: Bearer wst_…`."))
        known = await self._find(hash_token(token)) if len(token) <= LONGEST else None
        if known is None or known.revoked_at is not None:
            raise ProblemFound(
                problems.unauthorised("This token is not known, or was revoked. `whetstone token create` makes one.")
            )
        return known.name

    async def _find(self, digest: str) -> ApiToken | None:
        seen = self._cache.get(digest)
        if seen is None or seen.until <= self._monotonic():
            until = self._monotonic() + self._seconds
            found = await asyncio.get_running_loop().run_in_executor(self._executor, self._look_up, digest)
            self._cache[digest] = seen = _Seen(found, until)
            self._cache.move_to_end(digest)
            while len(self._cache) > CACHE_SIZE:
                self._cache.popitem(last=False)
        # The lookup went by hash, so timing tells nothing of the token; the comparison keeps it so for any store.
        if seen.token is None or not hmac.compare_digest(seen.token.token_hash, digest):
            return None
        return seen.token

    def _look_up(self, digest: str) -> ApiToken | None:
        with self._store.read() as uow:
            return uow.tokens.by_hash(digest)
