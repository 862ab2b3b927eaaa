"""The manifest that people upload says what the code does: commands, events, and scopes for every call."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bot.bootstrap import build_desk
from bot.slack import app
from bot.slack.digest.ids import DigestAction, DigestCallback
from bot.slack.ids import ActionId, CallbackId, MenuChoice
from bot.slack.manifest import manifest
from tests.slack.people import answer_of, until, whole_answer
from tests.slack.worlds import World

# docs.slack.dev, "Required scopes" of each method; None: any token of the app will do.
SCOPES: dict[str, set[str] | None] = {
    "chat.postMessage": {"chat:write"},
    "chat.update": {"chat:write"},
    "chat.postEphemeral": {"chat:write"},
    "conversations.history": {"channels:history", "groups:history", "im:history"},  # review channels, and our messages
    "conversations.replies": {"channels:history", "groups:history"},  # the thread of a message that is submitted
    "conversations.open": {"im:write"},
    "conversations.join": {"channels:join"},
    "files.info": {"files:read"},
    "files.upload.v2": {"files:write"},  # files.getUploadURLExternal and files.completeUploadExternal
    "users.info": {"users:read"},
    "usergroups.list": {"usergroups:read"},
    "usergroups.users.list": {"usergroups:read"},
    "auth.test": None,
    "views.open": None,
    "views.push": None,
    "views.update": None,
    "views.publish": None,
}
# docs.slack.dev, "Required scopes" of each event; a subscription names the kind of channel, the event itself does not.
EVENT_SCOPES: dict[str, set[str]] = {
    "app_home_opened": set(),
    "app_uninstalled": set(),
    "tokens_revoked": set(),
    "message.channels": {"channels:history"},
    "message.groups": {"groups:history"},
    "reaction_added": {"reactions:read"},
}
SLACK = Path(app.__file__).parent


class Register:
    """Takes the place of the app's routes and notes what is registered."""

    def __init__(self) -> None:
        self.found: dict[str, set[str]] = defaultdict(set)

    def __getattr__(self, kind: str) -> Callable[[str], Callable[[Any], Any]]:
        def register(name: str) -> Callable[[Any], Any]:
            self.found[kind].add(name)
            return lambda listener: listener

        return register


def _registered(world: World) -> dict[str, set[str]]:
    register: Any = Register()
    desk = build_desk(world.settings, world.services)
    for feature in app.FEATURES:
        feature.register(register, desk)
    return dict(register.found)


def _called() -> set[str]:
    """The Web API methods that the code of the app names, as Slack writes them."""
    found = set()
    for path in SLACK.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                owner = ast.unparse(node.func.value)
                if owner == "client" or owner.endswith("._client"):
                    # views_open is views.open, usergroups_users_list is usergroups.users.list
                    found.add(node.func.attr.replace("_", "."))
    return found


def test_every_command_and_event_of_the_manifest_has_its_listener_and_none_has_more(own: World) -> None:
    """What is registered is what Slack will send."""
    registered = _registered(own)
    said = manifest()
    assert registered["command"] == {command["command"] for command in said["features"]["slash_commands"]}
    subscribed = said["settings"]["event_subscriptions"]["bot_events"]
    assert registered["event"] == {event.partition(".")[0] for event in subscribed}
    assert registered["shortcut"] == {shortcut["callback_id"] for shortcut in said["features"]["shortcuts"]}
    assert set(registered) == {"action", "view", "closed", "command", "event", "shortcut"}
    assert said["settings"]["interactivity"]["is_enabled"]
    assert said["features"]["app_home"]["home_tab_enabled"]


def test_every_button_and_form_has_its_listener(own: World) -> None:
    """All ids that are pressed or handed in are listened to; an input inside a form is read with it."""
    registered = _registered(own)
    read_with_their_form = {
        ActionId.ANSWER,
        ActionId.REASONS,
        ActionId.NOTE,
        ActionId.COPY,
        ActionId.CHECK_CHOICE,
        ActionId.HAND_OVER_TO,
        ActionId.HOURS_DAYS,
        ActionId.HOURS_START,
        ActionId.HOURS_END,
        DigestAction.WHICH,
        DigestAction.WHY,
        DigestAction.NOTE,
    }
    assert registered["action"] == {action.value for action in {*ActionId, *DigestAction} - read_with_their_form}
    buttons_alone = {CallbackId.RUN}  # it has nothing to hand in
    assert registered["view"] == {callback.value for callback in {*CallbackId, *DigestCallback} - buttons_alone}


def test_scopes_are_those_of_the_methods_that_the_code_calls() -> None:
    """Of the methods that the code calls and the events that come: not one too few, and not one too many."""
    needed = {scope for method in _called() for scope in SCOPES[method] or ()}
    needed |= {s for event in manifest()["settings"]["event_subscriptions"]["bot_events"] for s in EVENT_SCOPES[event]}
    assert set(manifest()["oauth_config"]["scopes"]["bot"]) == needed | {"commands"}


def test_journeys_call_nothing_that_the_code_does_not_name(alone: World) -> None:
    """One journey past every method: what the workspace saw is what the scopes were counted from."""
    alone.arm("chat.postMessage", "drop_response_after_commit")
    (task,) = alone.receive(alone.output())
    alone.deliver()
    alone.advance(2)
    alone.deliver()
    alone.mara.open_home()
    until(alone.mara.home)
    alone.mara.press(alone.mara.card(task), ActionId.CHECK)
    alone.mara.form(CallbackId.CLAIMS)
    alone.mara.hand_in(whole_answer("edit"))
    alone.mara.form(CallbackId.EDIT)
    alone.mara.hand_in(answer_of("It costs € 3.50."))
    alone.mara.hand_in()
    alone.jonas.press(alone.jonas.card(task), ActionId.APPROVE)
    alone.jonas.wait_until_told()
    alone.mara.choose(alone.settled(task), MenuChoice.HISTORY)
    seen = {entry["method"] for entry in alone.journal()}
    assert {"chat.postMessage", "chat.update", "chat.postEphemeral", "conversations.history", "users.info"} <= seen
    assert seen <= _called()
