"""Listeners on a Bolt app, each with an answer to whatever it raises.

Bolt's own error handler is left alone: a listener that raises soon after its ack makes Bolt 1.30 tell Slack 500, or
nothing at all (its thread_runner shares one response between two threads), and the person sees a click that failed.
"""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable, Mapping
from typing import Any

from slack_bolt import Ack, App, Args, BoltResponse
from slack_sdk import WebClient

AT_WORK = 16  # acknowledged requests that are worked on at once; the app has threads for more, so the rest can ack
Listener = Callable[..., None]
Tell = Callable[[Exception, Mapping[str, Any], WebClient], None]


class _Turn:
    """An ack after which the listener waits for its turn.

    What waits costs no time of the processor, which the acks of other people's presses need: forty at once are all
    acknowledged before the last of them is worked on.
    """

    def __init__(self, ack: Ack, turns: threading.Semaphore) -> None:
        self._ack = ack
        self._turns = turns
        self._taken = False

    def __call__(self, *arguments: Any, **named: Any) -> BoltResponse:
        answer = self._ack(*arguments, **named)
        self.take()
        return answer

    def take(self) -> None:
        """Wait for a turn; once."""
        if not self._taken:
            self._turns.acquire()
            self._taken = True

    def give_back(self) -> None:
        """Let the next one work."""
        if self._taken:
            self._turns.release()
            self._taken = False


class Routes:
    """Where the features register: `tell` is called with what a listener raised, the request and a client."""

    def __init__(self, app: App, tell: Tell) -> None:
        self._app = app
        self._tell = tell
        self._turns = threading.BoundedSemaphore(AT_WORK)

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
            turn = _Turn(args.ack, self._turns)
            given = {name: getattr(args, name) for name in names} | ({"ack": turn} if "ack" in names else {})
            try:
                listener(**given)
            except Exception as error:  # noqa: BLE001 - whatever it is, the person is told
                self._tell(error, args.body, args.client)
            finally:
                turn.give_back()
                if args.ack.response is None:
                    args.ack()

        register(run)
