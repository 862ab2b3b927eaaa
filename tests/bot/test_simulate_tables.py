"""A replay as people read it: the table, the lines below it, the files."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from bot.cli.simulate import written
from bot.cli.simulate_tables import notes, replay_table, write
from bot.pictures.replay import replay_picture
from reviewers.decisions.replay import Cost, Found, Replayed
from reviewers.decisions.too_few import TooFew
from reviewers.workflow.replaying import Replay
from tests.builders import NOON

BEFORE = Cost(reviews=86.2, minutes=49.6, errors=Found(value=22.75, low=20.8, high=24.7), width=0.0674)
AFTER = Cost(reviews=145.0, minutes=83.1, errors=Found(value=18.9, low=11.8, high=26.1), width=0.0374)
FEW = TooFew(found=7, needed=20)
UNKNOWN = Cost(reviews=5.0, minutes=3.0, errors=FEW, width=FEW)


def a_replay(**changes: Any) -> Replay:
    """Two routes, one with hardly any past."""
    fields: dict[str, Any] = {
        "since": NOON - timedelta(days=28),
        "until": NOON,
        "weeks": 4.0,
        "outputs": 4199,
        "reviewed": 351,
        "seconds_a_verdict": 34.4,
        "rows": [
            Replayed(route="[bold]Cards", outputs=1040.0, before=BEFORE, after=AFTER),
            Replayed(route="", outputs=10.0, before=UNKNOWN, after=UNKNOWN),
            Replayed(route=None, outputs=1050.0, before=BEFORE, after=AFTER),
        ],
        "curve": {1.0: AFTER, 2.0: BEFORE},
    }
    return Replay(**(fields | changes))


def shown(replay: Replay) -> list[str]:
    """The table as a wide terminal prints it."""
    console = Console(width=140, highlight=False)
    with console.capture() as captured:
        console.print(replay_table(replay))
    return captured.get().splitlines()


def test_table_has_a_row_a_route_and_one_for_all() -> None:
    """Before and after beside each other; a name is shown as it is."""
    head, cards, others, together = shown(a_replay())
    assert head.split("  ")[0] == "a week"
    assert " ".join(cards.split()) == "[bold]Cards 1,040 86 → 145 50 → 83 22.8 → 18.9 (11.8 to 26.1) 3.4 → 1.9"
    assert " ".join(others.split()) == "(all others) 10 5 → 5 3 → 3 too few (7 of 20) too few (7 of 20)"
    assert together.startswith("together")


def test_lines_below_say_period_n_and_method() -> None:
    """And what to do where there is no budget."""
    first, second, third = notes(a_replay())
    assert "4,199 outputs of 28 days, 351 reviewed; a verdict takes 34 s" in first
    assert "95 % interval" in second
    assert third.startswith("Too few:")
    assert notes(a_replay(curve={}))[-1].startswith("No route has a budget: add minutes_per_week")


def test_files_are_a_picture_and_all_figures(tmp_path: Path) -> None:
    """The picture's bytes are the same for the same figures."""
    picture, figures = write(tmp_path / "new" / "folder", a_replay())
    assert picture.read_bytes().startswith(b"\x89PNG")
    read = json.loads(figures.read_text(encoding="utf-8"))
    assert read["rows"][0]["after"]["errors"] == {"value": 18.9, "low": 11.8, "high": 26.1}
    again, _ = write(tmp_path / "again", a_replay())
    assert again.read_bytes() == picture.read_bytes()


def test_folder_that_cannot_be_written_ends_in_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file stands where it should be."""
    (tmp_path / "file").write_text("", encoding="ascii")
    with pytest.raises(SystemExit):
        written(tmp_path / "file", a_replay())
    assert "file cannot be written: File exists." in capsys.readouterr().err


def test_too_few_reviews_make_no_picture(tmp_path: Path) -> None:
    """A point for what cannot be said would be a lie."""
    replay = a_replay(rows=[Replayed(route=None, outputs=10.0, before=UNKNOWN, after=UNKNOWN)])
    assert [path.name for path in write(tmp_path, replay)] == ["simulation.json"]
    assert replay_picture(UNKNOWN, UNKNOWN, {}) is None


def test_policy_without_a_budget_is_drawn_without_a_line() -> None:
    """Two points are enough."""
    drawn = replay_picture(BEFORE, AFTER, {})
    assert drawn is not None
    assert drawn.startswith(b"\x89PNG")
