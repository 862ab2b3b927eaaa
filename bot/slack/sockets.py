"""Slack over Socket Mode: the app fetches its requests itself, and needs no public address."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from slack_bolt import App
from slack_bolt.adapter.socket_mode.websocket_client import SocketModeHandler

CLOSE_SECONDS = 2.0
THREADS = 40  # a form is acknowledged after its verdict is stored; Bolt's 10 threads are taken by ten such forms


@contextmanager
def connected(app: App, app_token: str) -> Iterator[SocketModeHandler]:
    """The app on one socket, until the block ends."""
    handler = SocketModeHandler(app, app_token, web_client=app.client, concurrency=THREADS)
    handler.connect()  # type: ignore[no-untyped-call]  # slack_bolt leaves it untyped
    try:
        yield handler
    finally:
        # From a daemon thread: with websocket-client a close can wait 10 s for a read that nobody needs any more.
        end = threading.Thread(target=handler.close, name="socket-close", daemon=True)
        end.start()
        end.join(CLOSE_SECONDS)
