"""`whetstone digest` on a real database: words, Markdown, one page, JSON, files, and wrong questions."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reviewers.decisions import weeks
from reviewers.model import Match, Route, VerdictKind
from reviewers.model.digest import Headline
from reviewers.model.digest_json import from_json
from reviewers.workflow.verdicts import Ballot
from tests.builders import an_output
from tests.fakes import CountingIds
from tests.intake.rig import sql_store
from tests.system.parts import environment, whetstone
from tests.workflow.worlds import World

POLICY = '[[routes]]\nname = "Card [bold]support"\ntags = ["cards"]\n\n[[routes]]\nname = "Loans"\ntags = ["loans"]\n'
ROUTE = "card [bold]support"
WEEK = weeks.last_whole(datetime.now(UTC), UTC)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with 50 reviewed outputs in each of the last five whole weeks; 5 wrong of 50, in the last one 25."""
    folder = tmp_path_factory.mktemp("digest")
    (folder / "policy.toml").write_text(POLICY, encoding="utf-8")
    (folder / "var").mkdir()
    store = sql_store(folder / "var" / "whetstone.db")
    cards = Route(name="Card [bold]support", match=Match(tags=("cards",)))
    world = World(store, uniform_rate=1.0, routes=(cards,), double_review=0.0, gold_rate=0.0)
    for name in weeks.upto(WEEK, 5):
        wednesday = weeks.window(name, UTC).start + timedelta(days=2, hours=12)
        moment = world.clock.advance((wednesday - world.clock.now()).total_seconds())
        outputs = [
            an_output(f"{name}-{place}", tags=("cards",), received_at=moment, created_at=moment) for place in range(50)
        ]
        for place, task in enumerate(world.bring(*outputs)):
            wrong = place % (2 if name == WEEK else 10) == 0
            kind, reasons = (VerdictKind.REJECT, ("invented",)) if wrong else (VerdictKind.APPROVE, ())
            world.verdicts.record(Ballot(task_id=task, reviewer="U0MARA", kind=kind, reasons=reasons))
    store.close()
    return folder


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command in this folder."""
    settings = environment(folder / "var", WHETSTONE_POLICY_FILE=str(folder / "policy.toml"))
    done = whetstone("digest", *arguments, settings=settings, cwd=folder)
    assert "Traceback" not in done.stderr
    return done


def test_words_say_first_what_moved_on_each_route(folder: Path) -> None:
    """Of the last whole week; names are shown as they are."""
    first, second = run(folder).stdout.splitlines()[::2]
    number = WEEK.partition("-W")[2].lstrip("0")
    assert first.startswith(
        f"Card [bold]support, week {number}: more wrong answers. About 50.0 of 100 answers were wrong"
    )
    assert second == f"Loans, week {number}: no answers came in. None ever came."


def test_json_is_the_same_each_time_and_can_be_read_back(folder: Path) -> None:
    """One object for a named route, a list without; a list of one, two, …"""
    told = run(folder, "--route", ROUTE, "--week", WEEK, "--format", "json").stdout
    assert run(folder, "--route", ROUTE, "--week", WEEK, "--format", "json").stdout == told
    digest = from_json(told)
    assert (digest.headline, digest.outputs, digest.reviewed) == (Headline.MORE_WRONG, 50, 50)
    assert len(digest.wrong_ids) == 25
    assert [one["route"] for one in json.loads(run(folder, "--format", "json").stdout)] == [
        "Card [bold]support",
        "Loans",
    ]


def test_page_and_markdown_are_written_to_files(folder: Path) -> None:
    """The page has its pictures inside; Markdown has their words."""
    page, text = folder / "week.html", folder / "week.md"
    assert (
        "week.html: Card [bold]support" in run(folder, "--route", ROUTE, "--format", "html", "--out", str(page)).stdout
    )
    run(folder, "--format", "md", "--out", str(text))
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert "data:image/png;base64," in page.read_text(encoding="utf-8")
    assert text.read_text(encoding="utf-8").startswith("# Card ")


def test_kept_digest_is_shown_as_it_was_told_and_made_again_to_compare(folder: Path, tmp_path: Path) -> None:
    """A copy with two digests, one as it would be made and one with other numbers; the file itself keeps none."""
    none = run(folder, "--dry-run", "--week", WEEK)
    assert (none.returncode, f"No digest of {WEEK} was kept" in none.stderr) == (2, True)
    shutil.copytree(folder, tmp_path / "copy")
    store = sql_store(tmp_path / "copy" / "var" / "whetstone.db")
    first, second = (from_json(json.dumps(one)) for one in json.loads(run(folder, "--format", "json").stdout))
    with store.begin() as uow:
        uow.digests.add(first, at=datetime.now(UTC))
        uow.digests.add(replace(second, timed_out=7, seed=1), at=datetime.now(UTC))
    store.close()

    assert json.loads(run(tmp_path / "copy", "--route", "Loans", "--format", "json").stdout)["timed_out"] == 7
    same = run(tmp_path / "copy", "--dry-run", "--route", ROUTE)
    assert (same.returncode, same.stdout) == (0, f"Card [bold]support, {WEEK}: the same, byte for byte.\n")
    both = run(tmp_path / "copy", "--dry-run")
    assert both.returncode == 1
    assert both.stdout.splitlines()[1] == f"Loans, {WEEK}: these differ: timed_out, seed."


def test_kept_digest_is_made_again_whatever_was_written_since(folder: Path, tmp_path: Path) -> None:
    """A verdict of the week is taken back, more outputs come, and the policy has neither the route nor its target."""
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    store = sql_store(copy / "var" / "whetstone.db")
    cards = Route(name="Card [bold]support", match=Match(tags=("cards",)), release_target=0.05)
    ids = CountingIds(after=10_000)  # those of the copy stay what they are
    world = World(store, ids=ids, uniform_rate=1.0, routes=(cards,), double_review=0.0, gold_rate=0.0)
    world.clock.advance((weeks.window(WEEK, UTC).end + timedelta(hours=8) - world.clock.now()).total_seconds())
    assert world.sweep("digests") == 1
    with store.read() as uow:
        task = uow.tasks.for_output(f"{WEEK}-1")
    assert task is not None
    world.clock.advance(60.0)
    world.verdicts.record(Ballot(task_id=task.task_id, reviewer="U0MARA", kind=VerdictKind.EDIT, correction="€ 3.00."))
    world.bring(an_output("late", tags=("cards",)))
    store.close()
    (copy / "policy.toml").write_text('[[routes]]\nname = "Loans"\n', encoding="utf-8")

    named = run(copy, "--dry-run", "--route", "Card [bold]support")
    assert (named.returncode, named.stdout) == (0, f"Card [bold]support, {WEEK}: the same, byte for byte.\n")
    assert run(copy, "--dry-run").stdout == named.stdout


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("--week", "47"), "'47' is no week. Weeks are written as 2026-W47."),
        (("--week", "2199-W01"), "Week 2199-W01 is not over yet"),
        (("--route", "Mortgages"), "There is no route of that name. Routes: Card [bold]support, Loans."),
        (("--format", "html"), "One page is about one route: add --route NAME. Routes: Card [bold]support, Loans."),
        (("--out", "nowhere/week.txt"), "nowhere/week.txt cannot be written: No such file or directory."),
    ],
)
def test_mistakes_are_answered_in_one_line(folder: Path, arguments: tuple[str, ...], why: str) -> None:
    """And with a code that scripts see."""
    done = run(folder, *arguments)
    assert done.returncode == 2
    assert why in done.stderr
