"""Signed HTTP: each delivery is a POST to the app's Request URL, which has three seconds to answer 200."""

from __future__ import annotations

import asyncio
import json
from urllib.parse import urlencode

import httpx

from bot.sandbox.delivery import ACKED, Answer, Kind, Retry
from bot.sandbox.signing import signed_headers
from bot.sandbox.wire import Json, as_object, compact
from bot.sandbox.world import World


class SignedHttp:
    """Posts to one Request URL."""

    def __init__(self, world: World, request_url: str) -> None:
        self._world = world
        self._request_url = request_url
        self._client: httpx.AsyncClient | None = None

    async def carry(self, kind: Kind, payload: Json, retry: Retry | None) -> Answer:
        """Deliver once; the answer must come within the ack deadline on the sandbox's clock."""
        body, content_type = _body(kind, payload)
        # The app compares the time of the signature with its own clock, so this is real time, not the sandbox's.
        timestamp = int(self._world.clock.now() - self._world.clock.offset_seconds)
        headers = signed_headers(body, secret=self._world.settings.signing_secret, timestamp=timestamp)
        headers["Content-Type"] = content_type
        headers["User-Agent"] = "Slackbot 1.0 (sandbox)"
        if retry is not None:
            headers["X-Slack-Retry-Num"] = str(retry.number)
            headers["X-Slack-Retry-Reason"] = retry.reason
        posting = asyncio.ensure_future(self._post(body, headers))
        due = self._world.clock.now() + self._world.settings.ack_seconds
        deadline = self._world.clock.call_at(due, posting.cancel)
        try:
            await asyncio.wait({posting})
        finally:
            deadline.cancel()
            posting.cancel()
        return Answer("http_timeout") if posting.cancelled() else posting.result()

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.aclose()

    async def _post(self, body: bytes, headers: dict[str, str]) -> Answer:
        if self._client is None:
            # The deadline runs on the sandbox's clock, so the client itself waits much longer.
            self._client = httpx.AsyncClient(timeout=3600, trust_env=False)
        try:
            response = await self._client.post(self._request_url, content=body, headers=headers)
        except httpx.HTTPError:
            return Answer("connection_failed")
        now = self._world.clock.now()
        told: Json = {"body": response.text[:2000]}
        self._world.journal.add("ack", "ack", at=now, status=response.status_code, request={}, response=told)
        if response.status_code != 200:
            return Answer("http_error", wants_retry=response.headers.get("X-Slack-No-Retry") != "1")
        return Answer(ACKED, _answer_payload(response.text))


def _body(kind: Kind, payload: Json) -> tuple[bytes, str]:
    form = "application/x-www-form-urlencoded"
    if kind == "events_api":
        return compact(payload).encode(), "application/json"
    if kind == "interactive":
        return urlencode({"payload": compact(payload)}).encode(), form
    return urlencode({name: str(value) for name, value in payload.items()}).encode(), form


def _answer_payload(text: str) -> Json | None:
    if not text.strip():
        return None
    try:
        return as_object(json.loads(text)) or None
    except ValueError:
        # A slash command may be answered with plain text.
        return {"text": text}
