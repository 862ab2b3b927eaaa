"""Settings: every problem at once, and no secret in any text."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.mistakes import SettingsMistakes
from bot.settings import load
from reviewers.decisions.weeks import WeekTime
from reviewers.model.prices import Price
from reviewers.model.telling import Receiver

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No .env and no setting of the machine that runs the tests."""
    monkeypatch.chdir(tmp_path)
    events = ("WHETSTONE_WEBHOOK_URL", "WHETSTONE_WEBHOOK_SECRET", "WHETSTONE_RETRAIN_COMMAND")
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "DATABASE_URL", "PORT", *events):
        monkeypatch.delenv(name, raising=False)


def test_without_settings_the_sandbox_is_used() -> None:
    """One machine, no keys: SQLite in the data folder, Socket Mode to the sandbox."""
    settings = load()
    assert settings.uses_sandbox
    assert settings.uses_socket_mode
    assert settings.database.startswith("sqlite:///")
    assert settings.review_channel == "C0REVIEW"


def test_every_problem_is_reported_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bad port, a bad zone and two Slack settings that do not fit together: four lines."""
    monkeypatch.setenv("PORT", "99999")
    monkeypatch.setenv("WHETSTONE_TIME_ZONE", "Middle/Earth")
    monkeypatch.setenv("SLACK_APP_TOKEN", "wrong")
    with pytest.raises(SettingsMistakes) as refused:
        load()
    assert len(refused.value.lines) == 4
    assert "wrong" not in str(refused.value)


def test_bot_token_wants_its_partner_and_a_channel(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is missing is said by the names that are set in the environment."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-not-a-token")
    with pytest.raises(SettingsMistakes) as refused:
        load()
    assert [line.split()[0] for line in refused.value.lines] == ["SLACK_APP_TOKEN", "WHETSTONE_CHANNEL"]


def test_signing_secret_means_http(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bot token with a signing secret and no app token takes requests over HTTP."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-not-a-token")
    monkeypatch.setenv("SLACK_SIGNING_SECRET", "not-a-secret")
    monkeypatch.setenv("WHETSTONE_CHANNEL", "C1")
    settings = load()
    assert not settings.uses_sandbox
    assert not settings.uses_socket_mode
    assert "not-a-secret" not in repr(settings)
    assert "xoxb-not-a-token" not in repr(settings)


def test_reasons_and_scorers_are_plain_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    """Written as `key=Label;…` and as names with commas."""
    monkeypatch.setenv("WHETSTONE_REASONS", "invented=Made up;other=Other")
    monkeypatch.setenv("WHETSTONE_SCORERS", "coverage, hf:entailment:org/name")
    settings = load()
    assert [(reason.key, reason.label) for reason in settings.reasons] == [("invented", "Made up"), ("other", "Other")]
    assert settings.scorers == ("coverage", "hf:entailment:org/name")


def test_prices_of_tokens_have_the_currency_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a model or of one version of it; a model's name may have signs in it."""
    assert load().token_prices == ()
    monkeypatch.setenv("WHETSTONE_PRICES", "helpdesk-8b=0.15/0.60; org/a=b 2026-11-03 = 1/4;")
    monkeypatch.setenv("WHETSTONE_CURRENCY", "EUR")
    assert load().token_prices == (
        Price(model="helpdesk-8b", prompt=0.15, completion=0.6, currency="EUR"),
        Price(model="org/a=b 2026-11-03", prompt=1.0, completion=4.0, currency="EUR"),
    )


@pytest.mark.parametrize("value", ["helpdesk-8b", "=1/2", "a=1", "a=1/x", "a=-1/2", "a=nan/1"])
def test_price_that_is_none_says_how_it_is_written(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """One line."""
    monkeypatch.setenv("WHETSTONE_PRICES", value)
    with pytest.raises(SettingsMistakes, match=r"WHETSTONE_PRICES: prices as `model=0\.15/0\.60`"):
        load()


def test_programs_that_are_told_of_events_are_named_by_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody, until one is set; what may hold a secret is in no text."""
    assert load().receivers == ()
    monkeypatch.setenv("WHETSTONE_RETRAIN_COMMAND", " train --key=t0ken {dataset} ")
    assert load().receivers == (Receiver.COMMAND,)
    monkeypatch.setenv("WHETSTONE_WEBHOOK_URL", "https://trainer.example/hook?token=t0ken")
    monkeypatch.setenv("WHETSTONE_WEBHOOK_SECRET", SECRET)
    settings = load()
    assert settings.receivers == (Receiver.WEBHOOK, Receiver.COMMAND)
    assert "t0ken" not in repr(settings)
    assert SECRET not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        ("URL", "ftp://trainer.example", "WHETSTONE_WEBHOOK_URL: not an address; write https://…"),
        ("URL", "https://", "WHETSTONE_WEBHOOK_URL: not an address"),
        ("URL", "https://a.example/a b", "WHETSTONE_WEBHOOK_URL: not an address"),
        ("URL", "https://a.example:x/", "WHETSTONE_WEBHOOK_URL: not an address"),
        ("URL", "https://me:pass@a.example/", "WHETSTONE_WEBHOOK_URL: leave the name, the password"),
        ("SECRET", "not-a-secret", "WHETSTONE_WEBHOOK_SECRET: write whsec_ and the base64 of 24 to 64"),
        ("SECRET", "whsec_c2hvcnQ=", "WHETSTONE_WEBHOOK_SECRET: write whsec_"),
        ("SECRET", "whsec_!!!!", "WHETSTONE_WEBHOOK_SECRET: write whsec_"),
        ("COMMAND", "train {model}", "WHETSTONE_RETRAIN_COMMAND: {model} is no placeholder; there are {dataset}"),
        ("COMMAND", "train '", "WHETSTONE_RETRAIN_COMMAND: not a command (No closing quotation)"),
        ("COMMAND", "{dataset} train", "WHETSTONE_RETRAIN_COMMAND: begin with the program"),
    ],
)
def test_setting_of_events_that_is_none_says_how_it_is_written(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, line: str
) -> None:
    """One line, without what was set."""
    given = {"URL": "https://a.example", "SECRET": SECRET, "COMMAND": ""} | {name: value}
    for one, text in given.items():
        monkeypatch.setenv(f"WHETSTONE_{'RETRAIN' if one == 'COMMAND' else 'WEBHOOK'}_{one}", text)
    with pytest.raises(SettingsMistakes) as refused:
        load()
    (told,) = refused.value.lines
    assert told.startswith(line)
    assert "pass@" not in told
    assert "not-a-secret" not in told


@pytest.mark.parametrize(
    ("name", "value", "missing"),
    [("URL", "https://a.example", "WHETSTONE_WEBHOOK_SECRET"), ("SECRET", SECRET, "WHETSTONE_WEBHOOK_URL")],
)
def test_webhook_and_its_secret_go_together(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, missing: str
) -> None:
    """A receiver that cannot check who speaks should not be told."""
    monkeypatch.setenv(f"WHETSTONE_WEBHOOK_{name}", value)
    with pytest.raises(SettingsMistakes) as refused:
        load()
    assert [line.split()[0] for line in refused.value.lines] == [missing]


def test_weeks_are_told_on_monday_at_eight_unless_it_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where cards of each route go, unless a channel is set."""
    assert (load().digest_time, load().digest_channel) == (WeekTime(day=0, hour=8, minute=0), "")
    monkeypatch.setenv("WHETSTONE_DIGEST_AT", "Fri 17:30")
    monkeypatch.setenv("WHETSTONE_DIGEST_CHANNEL", "C0DIGEST")
    assert (load().digest_time, load().digest_channel) == (WeekTime(day=4, hour=17, minute=30), "C0DIGEST")


@pytest.mark.parametrize("wrong", ["", "monday 08:00", "mon", "mon 8:00", "mon 24:00", "08:00", "mon 08:00 UTC"])
def test_time_of_digests_that_is_none_is_refused_with_an_example(monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    """One line that says how it is written."""
    monkeypatch.setenv("WHETSTONE_DIGEST_AT", wrong)
    with pytest.raises(SettingsMistakes) as refused:
        load()
    (line,) = refused.value.lines
    assert line.startswith("WHETSTONE_DIGEST_AT: not a day and time; write mon 08:00")
