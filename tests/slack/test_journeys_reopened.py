"""An approved answer whose source changed, on the real app: its card says what changed, and anybody judges it again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.slack.ids import ActionId, CallbackId
from reviewers.decisions.source_changes import difference
from reviewers.model import Outcome, Purpose, ReviewTask
from reviewers.ports import SourceChange
from tests.builders import a_passage
from tests.slack.people import drawn, refusal
from tests.slack.worlds import HTTP, SOCKETS, World, a_world

MARA, JONAS = "U0MARA", "U0JONAS"
FEE = "Cash withdrawal outside the euro area: € 3.50 per withdrawal, plus 1.75 % of the amount."


@pytest.fixture(params=[SOCKETS, HTTP])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """Mara and Jonas review."""
    with a_world(tmp_path, over=request.param, reviewers=(MARA, JONAS), double_review=0.0, gold_rate=0.0) as opened:
        yield opened


def reopened(world: World) -> tuple[str, ReviewTask]:
    """An answer that Mara approved, and its second card: the fee table says something else since."""
    (task,) = world.bring(world.output(passages=(a_passage(text=FEE),)))
    world.mara.press(world.mara.card(task), ActionId.APPROVE)
    world.settled(task)
    world.advance(3600.0)
    world.services.changes.note(
        SourceChange(
            document="fees.md",
            status="replaced",
            title="Card fees 2026",
            address="https://help.meridian.example/fees",
            sentences=difference([FEE], [FEE.replace("3.50", "5.00")]),
            change_id="sc_fees",
        )
    )
    _, sweep = world.services.sweeps["sources"]
    assert sweep() == 1
    world.deliver()
    with world.store.read() as uow:
        *_, again = uow.tasks.of_output(world.view(task).output.output_id)
    assert again.purpose is Purpose.REOPENED
    return task, again


def test_its_card_says_what_changed_and_who_approved_it_may_say_otherwise(world: World) -> None:
    """Mara rejects what she approved; the first card and its resolution stay, and the story says why it came again."""
    task, again = reopened(world)
    first = world.mara.card(task)
    card = world.mara.card(again.task_id)
    assert "€ 3.50 per withdrawal" in drawn(card["blocks"])
    assert "and says “Cash withdrawal outside the euro area: € 5.00" in drawn(card["blocks"])
    assert "approved before its source changed" in card["text"]

    world.mara.press(card, ActionId.REJECT)
    world.mara.form(CallbackId.REJECT)
    world.mara.hand_in(refusal("invented"))
    assert "Rejected" in drawn(world.settled(again.task_id)["blocks"])
    assert world.verdicts(again.task_id) == [(MARA, "reject")]
    assert world.mara.card(task) == first
    resolution = world.view(task).resolution
    assert resolution is not None
    assert resolution.outcome is Outcome.APPROVED
