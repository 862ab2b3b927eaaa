"""`whetstone stats` in words: what stands beside the rate, with n, method and period, and what too little tells."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from bot import bootstrap, settings
from bot.cli.stats import stats
from reviewers.decisions.too_few import TooFew
from reviewers.model import Rate
from tests.builders import NOON
from tests.judged import ALPHA, AUROC, DIFFERENCE, ERRORS, GUARANTEE, RATE, a_judgement, a_line, some_stats

SCORE = "95 % score interval, weighted for the way answers were picked"
EXACT = "95 % exact interval, since all verdicts are alike"
PLAIN = Rate(value=0.15, low=0.05, high=0.35, reviewed=45, speaks_for=900, method="model-assisted score interval")
ALL_RIGHT = replace(PLAIN, value=0.0, low=0.0, high=0.08, method="exact interval")


def told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], **changes: Any) -> str:
    """What the command prints of these figures, as one line."""
    desk = SimpleNamespace(stats=lambda *_: some_stats(**changes))
    monkeypatch.setattr(settings, "load", lambda: None)
    monkeypatch.setattr(bootstrap, "open_services", lambda _: SimpleNamespace(judgement=desk))
    stats("", 28, as_json=False)
    return " ".join(capsys.readouterr().out.split())


def test_what_is_known_has_n_and_method(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Marks, agreement, what people's decisions find and pass, and the risk."""
    known = {"anchoring": DIFFERENCE, "agreement": ALPHA, "errors": ERRORS, "signal": AUROC}
    words = told(monkeypatch, capsys, **known)
    assert "(difference −2, −7 to 3; Newcombe's interval, 200 and 150 reviewed)." in words
    assert "(Krippendorff's, 95 % interval 0.70 to 0.90; 1 is always, 0 as by chance) on 212 answers" in words
    assert (
        "What people decided finds 83 of 100 wrong answers (72 to 92) and passes 97 of 100 right ones (94 to 99), by "
        "42 verdicts with a second opinion or a known answer (Dawid and Skene's model, 95 % intervals, 28 days)."
    ) in words
    assert "(71 to 84; weighted AUROC, DeLong's interval, 834 reviewed)." in words


def test_too_few_is_said_of_each(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Of marks only where some were drawn."""
    words = told(monkeypatch, capsys, anchoring=TooFew(found=7, needed=20))
    assert "What the machine's marks do: too few reviews to say (7 of 20)." in words
    assert "Agreement of reviewers: too few outputs with two verdicts to say (3 of 20)." in words
    assert (
        "What people decided: too few verdicts with a second opinion or a known answer to say how often it is right "
        "(3 of 20)."
    ) in words
    assert "marks" not in told(monkeypatch, capsys)


def test_too_few_users_are_not_told_as_reviews(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """60 reviews of three users: n is 60."""
    few = TooFew(found=3, needed=5, of="users")
    words = told(monkeypatch, capsys, rate=few, outputs=1000, reviewed=60, weeks=(a_line("2026-W47", few, 60),))
    assert words.startswith("Card support: too few users to say (3 of 5)")
    assert "60 of 1,000 outputs reviewed, which counts as reviews of 3 users; 5 users are needed." in words
    assert "week 2026-W47 too few users (3) 60 1,200" in words


def test_row_that_was_made_otherwise_says_how(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """By a mark; where the total has no rate, the rows say their method themselves."""
    weeks = (a_line("2026-W47", PLAIN, 45), a_line("2026-W46", ALL_RIGHT, 45))
    words = told(monkeypatch, capsys, rate=replace(RATE, uncorrected=None), weeks=weeks)
    assert "week 2026-W46 0 (0 to 8) ¹ 45 900" in words
    assert f"834 of 38,900 reviewed; {SCORE}. ¹ {EXACT}." in words
    few = TooFew(found=3, needed=5, of="users")
    assert f"5 users are needed. Rows: {SCORE}. ¹ {EXACT}." in told(monkeypatch, capsys, rate=few, weeks=weeks)


def test_row_has_what_it_was_without_the_correction(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A column that is there only where something is corrected."""
    weeks = (a_line("2026-W47", replace(PLAIN, uncorrected=0.13), 45),)
    words = told(monkeypatch, capsys, weeks=weeks)
    assert "wrong of 100 uncorrected reviewed outputs" in words
    assert "week 2026-W47 15 (5 to 35) 13 45 900" in words
    assert "uncorrected" not in told(monkeypatch, capsys, weeks=(a_line("2026-W47", PLAIN, 45),))


def test_row_without_a_name_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Of its kind."""
    none = (a_line("", PLAIN, 45),)
    words = told(monkeypatch, capsys, route="", weeks=(), routes=none, slices=none, versions=none)
    for name in ("Answers of no route", "no slice named", "no model named"):
        assert f" {name} 15 (5 to 35)" in words


def test_what_is_not_proven_has_period_and_method(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It was tested a week ago, on the four weeks before."""
    tested = {"guarantee": replace(GUARANTEE, proven=None), "proof": None, "tested_at": NOON - timedelta(days=7)}
    words = told(monkeypatch, capsys, judgement=a_judgement(**tested))
    assert "up to 6.1 of 100, 230 reviewed in the 4 weeks to 16 Nov, fixed-sequence test)." in words
