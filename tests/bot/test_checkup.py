"""The check-up says who is told of an accepted training and what reads for the detector, and shows no secret."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bot.checkup import Finding, _tried, examine


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No .env and no setting of the machine that runs the tests."""
    monkeypatch.chdir(tmp_path)
    events = ("WHETSTONE_WEBHOOK_URL", "WHETSTONE_WEBHOOK_SECRET", "WHETSTONE_RETRAIN_COMMAND")
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "DATABASE_URL", "PORT", *events):
        monkeypatch.delenv(name, raising=False)


def found() -> dict[str, Finding]:
    """What it finds, by name."""
    return {one.name: one for one in examine()}


def test_without_receivers_nobody_is_told_and_nothing_is_wrong() -> None:
    """It says which setting would change that."""
    events = found()["events"]
    assert events.ok
    assert events.value == "accepted trainings are recorded, nobody is told (WHETSTONE_WEBHOOK_URL)"


def test_receivers_are_named_without_their_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Address and program, not the path, the query or the words of the command."""
    monkeypatch.setenv("WHETSTONE_WEBHOOK_URL", "https://trainer.example:8443/t0ken?key=t0ken")
    monkeypatch.setenv("WHETSTONE_WEBHOOK_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    monkeypatch.setenv("WHETSTONE_RETRAIN_COMMAND", f"{sys.executable} train.py --key=t0ken {{dataset}}")
    shown = found()
    assert shown["events"].value == (f"the webhook at https://trainer.example:8443/… and the command {sys.executable}")
    assert [shown[name].value for name in ("webhook_url", "webhook_secret", "retrain_command")] == [
        "https://trainer.example:8443/…",
        "set (masked)",
        f"{sys.executable} …",
    ]
    assert "t0ken" not in str(shown)
    assert "MfKQ9r8G" not in str(shown)


def test_command_that_is_not_there_is_to_be_mended(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before somebody accepts a training, not after."""
    monkeypatch.setenv("WHETSTONE_RETRAIN_COMMAND", "no-such-trainer {dataset}")
    events = found()["events"]
    assert events.ok is False
    assert events.note == "no-such-trainer is no program here: mend WHETSTONE_RETRAIN_COMMAND."


def test_it_says_what_reads_for_the_detector_without_loading_it() -> None:
    """Before anything was converted: what exports the graph, and that nothing is wrong."""
    detector = found()["detector"]
    assert detector.ok
    assert "whetstone models prepare" in detector.value


@pytest.mark.parametrize(
    ("said", "note"), [((), "RuntimeError"), (("",), "RuntimeError"), (("\nAway.\nMore.",), "RuntimeError: Away.")]
)
def test_part_that_fails_is_named_even_where_its_error_says_nothing(said: tuple[str, ...], note: str) -> None:
    """The kind of error, and its first line where there is one."""

    def fail() -> str:
        raise RuntimeError(*said)

    assert _tried("sources", fail) == Finding(name="sources", value="", ok=False, note=note)


def test_address_that_is_none_is_one_thing_to_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not repeated, for it may hold a password."""
    monkeypatch.setenv("DATABASE_URL", "me:s3cret@nowhere")
    shown = found()
    assert (shown["database_url"].value, shown["database"].ok) == ("no database URL", False)
    assert "s3cret" not in str(shown)
