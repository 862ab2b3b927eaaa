"""What listeners are given, without a workspace: a Slack that takes calls down, and routes that only remember them."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from bot.slack.desk import ReviewDesk
from bot.slack.routes import Listener, Routes
from reviewers.model import TaskView
from tests.slack.scenes import thailand
from tests.slack.views import DISPLAY


class Slack:
    """Takes its calls down; `refuses` says which of them it answers with an error, by method or by method and person.

    `knows` is what the other calls answer.
    """

    def __init__(self, refuses: dict[str, str] | None = None, knows: dict[str, Any] | None = None) -> None:
        self.refuses = refuses or {}
        self.knows = knows or {}
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def __getattr__(self, method: str) -> Callable[..., dict[str, Any]]:
        def call(**arguments: Any) -> dict[str, Any]:
            self.calls.append((method, arguments))
            code = self.refuses.get(method) or self.refuses.get(f"{method} {arguments.get('channel', '')}")
            if code:
                raise refused(code)
            return self.knows

        return call

    def called(self, method: str) -> list[dict[str, Any]]:
        """The arguments of each call of a method, in order."""
        return [arguments for name, arguments in self.calls if name == method]

    @property
    def client(self) -> WebClient:
        """As the app calls it."""
        return cast(WebClient, self)


def refused(code: str, status: int = 200) -> SlackApiError:
    """What slack_sdk raises for it."""
    data = {"ok": False, "error": code}
    answer = SlackResponse(
        client=None, http_verb="POST", api_url="", req_args={}, data=data, headers={}, status_code=status
    )
    return SlackApiError("The request was refused.", answer)  # type: ignore[no-untyped-call]  # slack_sdk leaves it untyped


class Registered:
    """Keeps what a feature routes, to be called by its name."""

    def __init__(self, feature: Any, desk: ReviewDesk) -> None:
        self.by_name: dict[str, Listener] = {}
        feature.register(cast(Routes, self), desk)

    def action(self, name: str) -> Callable[[Listener], None]:
        """Keep it."""
        return lambda listener: self.by_name.update({name: listener})

    view = closed = command = event = shortcut = action


def a_desk(view: TaskView | None = None, **parts: Any) -> ReviewDesk:
    """A desk over one task, where everybody may review; `parts` are further ones."""
    shown = view or thailand()

    def known(task_id: str) -> TaskView:
        return shown

    people = SimpleNamespace(
        may_review=lambda user, team: None, known_name=lambda user: user, is_admin=lambda user: True
    )
    fields: dict[str, Any] = {
        "naming": lambda *users: DISPLAY,
        "display": DISPLAY,
        "people": people,
        "verdicts": SimpleNamespace(view=known),
    }
    return cast(ReviewDesk, SimpleNamespace(**(fields | parts)))


def ack(**_named: Any) -> None:
    """Slack has taken it."""
