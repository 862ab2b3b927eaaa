"""`whetstone stats` on a real database: a table for people, JSON for programs, and what was wrong with the question."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reviewers.model import VerdictKind
from reviewers.workflow.verdicts import Ballot
from tests.builders import NOON, an_output
from tests.intake.rig import sql_store
from tests.system.parts import environment, whetstone
from tests.workflow.worlds import World

POLICY = '[[routes]]\nname = "Card [bold]support"\ntags = ["cards"]\nrelease_target = 0.05\n'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with 50 outputs of yesterday, all reviewed, five of them wrong."""
    folder = tmp_path_factory.mktemp("stats")
    (folder / "policy.toml").write_text(POLICY, encoding="utf-8")
    (folder / "var").mkdir()
    store = sql_store(folder / "var" / "whetstone.db")
    world = World(store, uniform_rate=1.0)
    yesterday = world.clock.advance((datetime.now(UTC) - timedelta(days=1) - NOON).total_seconds())
    outputs = [an_output(f"o-{place}", received_at=yesterday, created_at=yesterday) for place in range(50)]
    for place, task in enumerate(world.bring(*outputs)):
        kind, reasons = (VerdictKind.REJECT, ("invented",)) if place < 5 else (VerdictKind.APPROVE, ())
        world.verdicts.record(Ballot(task_id=task, reviewer="U0MARA", kind=kind, reasons=reasons))
    store.close()
    return folder


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command in this folder."""
    settings = environment(folder / "var", WHETSTONE_POLICY_FILE=str(folder / "policy.toml"))
    done = whetstone("stats", *arguments, settings=settings, cwd=folder)
    assert "Traceback" not in done.stderr
    return done


def test_table_has_rate_interval_n_method_and_period(folder: Path) -> None:
    """And says what is too little to be said."""
    told = run(folder).stdout
    assert told.startswith("All routes: 10.0 of 100 wrong (10.0 to 10.0)")
    assert "50 of 50 reviewed; 95 % score interval, weighted for the way answers were picked." in told
    assert "UTC" in told
    assert "Agreement of reviewers: too few outputs with two verdicts to say (0 of 20)." in told
    assert (
        "What people decided: too few verdicts with a second opinion or a known answer to say how often it is right "
        "(0 of 20)."
    ) in " ".join(told.split())
    assert "week 20" in told


def test_json_is_what_the_api_answers(folder: Path) -> None:
    """For programs."""
    told = json.loads(run(folder, "--json", "--days", "7").stdout)
    assert told["error_rate"]["value"] == pytest.approx(0.1)
    assert (told["error_rate"]["reviewed"], told["route"]) == (50, "")
    assert {"since", "until", "method", "level", "low", "high"} <= set(told["error_rate"])


def test_route_without_reviews_says_so(folder: Path) -> None:
    """Its name is shown as it is, whatever stands in it."""
    told = run(folder, "--route", "card [bold]support").stdout
    assert told.startswith("Card [bold]support: too few reviews to say (0 of 40)")
    assert "0 of 0 outputs reviewed" in told


def test_unknown_route_is_answered_with_those_that_there_are(folder: Path) -> None:
    """In one line, and a code that scripts see."""
    done = run(folder, "--route", "Loans")
    assert done.returncode == 2
    assert "There is no route of that name. Routes: Card [bold]support." in done.stderr
