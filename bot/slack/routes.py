"""Listeners on a Bolt app, each with an answer to whatever it raises.

Bolt's own error handler is left alone: a listener that raises soon after its ack makes Bolt 1.30 tell Slack 500, or
nothing at all (its thread_runner shares one response between two threads), and the person sees a click that failed.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from slack_bolt import App, Args
from slack_sdk import WebClient

Listener = Callable[..., None]
Tell = Callable[[Exception, Mapping[str, Any], WebClient], None]


class Routes:
    """Where the features register: `tell` is called with what a listener raised, the request and a client."""

    def __init__(self, app: App, tell: Tell) -> None:
        self._app = app
        self._tell = tell

    def action(self, action_id: str) -> Callable[[Listener], None]:
        """What is pressed or chosen."""
        return lambda listener: self._add(self._app.action(action_id), listener)

    def view(self, callback_id: str) -> Callable[[Listener], None]:
        """What is handed in."""
        return lambda listener: self._add(self._app.view(callback_id), listener)

    def closed(self, callback_id: str) -> Callable[[Listener], None]:
        """What is closed, where the view asked to be told."""
        return lambda listener: self._add(self._app.view_closed(callback_id), listener)

    def command(self, command: str) -> Callable[[Listener], None]:
        """What is typed."""
        return lambda listener: self._add(self._app.command(command), listener)

    def event(self, event: str) -> Callable[[Listener], None]:
        """What happens in the workspace."""
        return lambda listener: self._add(self._app.event(event), listener)

    def shortcut(self, callback_id: str) -> Callable[[Listener], None]:
        """What is chosen from the menu of a message."""
        return lambda listener: self._add(self._app.message_shortcut(callback_id), listener)

    def _add(self, register: Callable[..., Any], listener: Listener) -> None:
        names = tuple(inspect.signature(listener).parameters)

        def run(args: Args) -> None:
            try:
                listener(**{name: getattr(args, name) for name in names})
            except Exception as error:  # noqa: BLE001 - whatever it is, the person is told
                self._tell(error, args.body, args.client)
            finally:
                if args.ack.response is None:
                    args.ack()

        register(run)
