"""Slack over Socket Mode: the app fetches its requests itself, and needs no public address."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from slack_bolt import App
from slack_bolt.adapter.socket_mode.websocket_client import SocketModeHandler

THREADS = 40  # a form is acknowledged after its verdict is stored; Bolt's 10 threads are taken by ten such forms


@contextmanager
def connected(app: App, app_token: str) -> Iterator[SocketModeHandler]:
    """The app on one socket, until the block ends."""
    handler = SocketModeHandler(app, app_token, web_client=app.client, concurrency=THREADS)
    handler.connect()  # type: ignore[no-untyped-call]  # slack_bolt leaves it untyped
    try:
        yield handler
    finally:
        handler.close()  # type: ignore[no-untyped-call]
