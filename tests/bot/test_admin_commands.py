"""Tables of the command line: words of others are shown as they are, and format nothing."""

from __future__ import annotations

from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import pytest
import typer

import bot.bootstrap
import bot.checkup
import bot.settings
from bot.checkup import Finding
from bot.cli import admin
from reviewers.model.records import ApiToken
from tests.builders import NOON

HOSTILE = "[red]a[/red] [/b]"


def test_names_of_tokens_are_shown_as_they_are(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also one that closes what nobody opened."""
    token = ApiToken(token_id="tok_1", name=HOSTILE, token_hash="0" * 64, created_at=NOON)
    state: Any = SimpleNamespace(tokens=SimpleNamespace(all=lambda: [token]))
    services = SimpleNamespace(store=SimpleNamespace(read=lambda: nullcontext(state)))
    monkeypatch.setattr(bot.settings, "load", lambda: None)
    monkeypatch.setattr(bot.bootstrap, "open_services", lambda _: services)
    admin.token_list()
    assert HOSTILE in capsys.readouterr().out


def test_what_a_part_says_is_shown_as_it_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Name, value and note."""
    monkeypatch.setattr(bot.checkup, "examine", lambda: [Finding(name="[i]", value=HOSTILE, ok=False, note="[/]")])
    with pytest.raises(typer.Exit):
        admin.check()
    shown = capsys.readouterr().out
    assert all(words in shown for words in ("[i]", HOSTILE, "[/]", "1 to mend."))
