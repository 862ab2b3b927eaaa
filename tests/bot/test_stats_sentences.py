"""`whetstone stats` in words: what stands beside the rate, with n, method and period, and what too little tells."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from bot import bootstrap, settings
from bot.cli.stats import stats
from reviewers.decisions.too_few import TooFew
from tests.judged import ALPHA, AUROC, DIFFERENCE, ERRORS, some_stats


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
