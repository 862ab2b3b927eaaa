"""`whetstone policy simulate` over a real database: the table, the files, and mistakes that say what to do."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reviewers.model import Outcome, Reason, Resolution, Stratum, TaskState, VerdictKind
from storage import migrations
from storage.engine import make_engine
from storage.unit_of_work import SqlStore
from tests.builders import a_decision, a_task, a_verdict, an_output
from tests.system.parts import environment, whetstone

OUTPUTS, REJECT = 80, VerdictKind.REJECT
POLICY = '[[routes]]\nname = "Cards"\ntags = ["fees"]\nreviews_per_week = 10\n'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with 80 outputs of yesterday, every second one reviewed, every tenth wrong; and a policy file."""
    folder = tmp_path_factory.mktemp("past")
    (folder / "var").mkdir()
    (folder / "policy.toml").write_text(POLICY, encoding="utf-8")
    url = f"sqlite:///{folder / 'var' / 'whetstone.db'}"
    migrations.upgrade(url)
    store = SqlStore(make_engine(url))
    yesterday = datetime.now(UTC) - timedelta(days=1)
    with store.begin() as uow:
        uow.outputs.add([an_output(f"o-{number}") for number in range(OUTPUTS)])
        for number in range(OUTPUTS):
            _decided(uow, number, yesterday + timedelta(minutes=number))
    store.close()
    return folder


def _decided(uow, number: int, at: datetime) -> None:  # type: ignore[no-untyped-def]
    """One output with its decision, and every second time with a verdict."""
    drawn = number % 2 == 0
    decision = a_decision(
        f"o-{number}",
        selected=drawn,
        reason=Reason.UNIFORM if drawn else Reason.NOT_SELECTED,
        inclusion_probability=0.5,
        stratum=Stratum.DRAWN,
        risk=0.1,
        decided_at=at,
    )
    uow.decisions.add([decision])
    if drawn:
        outcome, kind = (
            (Outcome.REJECTED, VerdictKind.REJECT) if number % 10 == 0 else (Outcome.APPROVED, VerdictKind.APPROVE)
        )
        uow.tasks.add(a_task(f"t-{number}", output_id=f"o-{number}", state=TaskState.RESOLVED, created_at=at))
        verdict = a_verdict(f"v-{number}", task_id=f"t-{number}", kind=kind, recorded_at=at)
        uow.verdicts.append(verdict)
        uow.verdicts.resolve(
            Resolution(
                task_id=f"t-{number}", revision=1, outcome=outcome, verdict_id=verdict.verdict_id,
                resolved_by="U0MARA", resolved_at=at,
            )
        )  # fmt: skip


def test_past_is_replayed_under_another_file(folder: Path) -> None:
    """Table, notes, picture and JSON."""
    done = whetstone(
        "policy", "simulate", "policy.toml", "--out", "out", settings=environment(folder / "var"), cwd=folder
    )
    assert done.returncode == 0, done.stderr
    row = next(line for line in done.stdout.splitlines() if line.startswith("Cards"))
    # 40 in a day and part of an hour, of which there may be none, are 280 a week or a little less; the budget is 10.
    assert re.search(r" (2[67]\d|280) → (9|10) ", " ".join(row.split()))
    assert "40 reviewed" in done.stdout
    assert (folder / "out" / "simulation.png").read_bytes().startswith(b"\x89PNG")
    assert (folder / "out" / "simulation.json").exists()


def test_budget_of_the_command_line_holds_for_every_route(folder: Path) -> None:
    """Without a file it is the policy that holds now, with this budget."""
    done = whetstone("policy", "simulate", "--minutes", "15", settings=environment(folder / "var"), cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "(all others)" in done.stdout
    assert "No route has a budget" not in done.stdout


def test_mistakes_say_what_to_do(folder: Path, tmp_path: Path) -> None:
    """A wrong file by its line, a wrong number of weeks, and a past that is too short."""
    (folder / "wrong.toml").write_text("minutes_per_week = 0\n", encoding="utf-8")
    done = whetstone("policy", "simulate", "wrong.toml", settings=environment(folder / "var"), cwd=folder)
    assert (done.returncode, "wrong.toml, line 1: 'minutes_per_week' is 0" in done.stderr) == (2, True)
    done = whetstone("policy", "simulate", "--weeks", "60", settings=environment(folder / "var"), cwd=folder)
    assert (done.returncode, "Weeks go from 1 to 52" in done.stderr) == (2, True)
    migrations.upgrade(f"sqlite:///{tmp_path / 'whetstone.db'}")
    done = whetstone("policy", "simulate", settings=environment(tmp_path), cwd=tmp_path)
    assert (done.returncode, "too little past to replay: 0 outputs" in done.stderr) == (2, True)
