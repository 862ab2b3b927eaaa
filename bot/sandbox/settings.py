"""What can be set about the sandbox, and how to read the app's manifest into it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Self

from bot.sandbox.ratelimits import DEFAULT_LIMITS, RateLimit
from bot.sandbox.workspace import Bot, Person

MessagesTab = Literal["open", "read_only", "off"]


@dataclass(frozen=True, kw_only=True)
class Command:
    """A slash command of the app."""

    command: str  # "/whetstone"
    description: str = ""
    usage_hint: str = ""


@dataclass(frozen=True, kw_only=True)
class Shortcut:
    """A shortcut of the app: in the menu of a message ("message_action") or anywhere ("shortcut")."""

    type: str
    callback_id: str
    name: str


def _made_up(prefix: str) -> str:
    return f"{prefix}-sandbox-{secrets.token_hex(12)}"


@dataclass(frozen=True, kw_only=True)
class SandboxSettings:
    """All settings; the secrets are made up anew at each start unless given."""

    bot_token: str = field(default_factory=lambda: _made_up("xoxb"), repr=False)
    app_token: str = field(default_factory=lambda: _made_up("xapp"), repr=False)
    signing_secret: str = field(default_factory=lambda: _made_up("secret"), repr=False)
    bot: Bot = field(default_factory=Bot)
    commands: tuple[Command, ...] = (Command(command="/whetstone", description="Review answers", usage_hint="help"),)
    shortcuts: tuple[Shortcut, ...] = ()
    events: frozenset[str] = frozenset({"app_home_opened"})  # subscribed bot events, e.g. "message.channels"
    scopes: frozenset[str] | None = None  # bot scopes that the app was installed with; None: all
    messages_tab: MessagesTab = "open"  # whether people may write to the app in their direct messages with it
    # Two reports (bolt-js#2287, bolt-python#1268) say that replace_original at a command's own response_url posts anew.
    command_url_replaces: bool = False
    request_url: str | None = None  # signed HTTP goes there; None: Socket Mode
    public_url: str | None = None  # where the app reaches the sandbox; None: as the caller addressed it
    rate_limits: Mapping[str, RateLimit] = field(default_factory=lambda: dict(DEFAULT_LIMITS))  # empty: none
    ack_seconds: float = 3.0
    file_processing_seconds: float = 2.0
    max_sockets: int = 10
    journal_limit: int = 20_000  # entries kept
    snapshot_path: Path | None = None
    more_people: tuple[Person, ...] = ()  # besides the eight; they are in every channel that the app is in

    @classmethod
    def from_manifest(cls, manifest: Mapping[str, Any], **more: Any) -> Self:
        """Take commands, shortcuts, events, scopes and messages tab from a manifest; `more` are settings by name."""
        features = manifest.get("features", {})
        commands = tuple(
            Command(command=c["command"], description=c.get("description", ""), usage_hint=c.get("usage_hint", ""))
            for c in features.get("slash_commands", [])
        )
        shortcuts = tuple(
            Shortcut(
                type="message_action" if s["type"] == "message" else "shortcut",
                callback_id=s["callback_id"],
                name=s["name"],
            )
            for s in features.get("shortcuts", [])
        )
        subscriptions = manifest.get("settings", {}).get("event_subscriptions", {})
        events = frozenset(subscriptions.get("bot_events", []))
        scopes = manifest.get("oauth_config", {}).get("scopes", {}).get("bot")
        taken: dict[str, Any] = {
            "commands": commands,
            "shortcuts": shortcuts,
            "events": events,
            "scopes": None if scopes is None else frozenset(scopes),
            "messages_tab": _messages_tab(features.get("app_home")),
        }
        return cls(**{**taken, **more})


def _messages_tab(app_home: Mapping[str, Any] | None) -> MessagesTab:
    if app_home is None:
        return "open"
    if not app_home.get("messages_tab_enabled", False):
        return "off"
    return "read_only" if app_home.get("messages_tab_read_only_enabled", True) else "open"
