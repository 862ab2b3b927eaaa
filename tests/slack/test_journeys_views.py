"""Looking closer: the claim view, history, and why an answer was picked; over both ways."""

from __future__ import annotations

from bot.slack.ids import ActionId, BlockId, CallbackId, MenuChoice
from reviewers.model import ClaimMark, Mark
from tests.slack.people import Json, answer_of, chosen, drawn, elements, refusal, ticked, until, whole_answer
from tests.slack.worlds import World

WRONG_FIRST: dict[str, Json] = {f"{BlockId.CLAIM}1": {ActionId.CLAIM_MARK.value: chosen("wrong")}}


def _check(world: World, task: str) -> Json:
    world.mara.press(world.mara.card(task), ActionId.CHECK)
    return world.mara.form(CallbackId.CLAIMS)


def test_marks_are_kept_without_a_verdict_and_stand_there_again(world: World) -> None:
    """Save with "Only keep the marks": nothing is decided, and the next look begins where this one ended."""
    (task,) = world.bring(world.output())
    view = _check(world, task)
    assert "3.50" in drawn(view["blocks"])
    beside = f"{BlockId.PASSAGE}3"
    tick = elements(view["blocks"], beside)[ActionId.PASSAGE_MARK.value]["options"][0]["value"]
    world.mara.tap(view, ActionId.PASSAGE_MARK, beside, **ticked(tick))
    assert world.mara.hand_in(WRONG_FIRST)["stack"] == []
    kept = world.services.verdicts.marks(task, "U0MARA")
    assert kept == [
        ClaimMark(claim_number=1, mark=Mark.WRONG),
        ClaimMark(claim_number=3, mark=None, passage_beside_the_point=True),
    ]
    assert world.verdicts(task) == []
    again = elements(_check(world, task)["blocks"], f"{BlockId.CLAIM}1")[ActionId.CLAIM_MARK.value]
    assert again["initial_option"]["value"] == "wrong"


def test_verdict_at_the_end_of_the_claims_approves_with_the_marks(world: World) -> None:
    """Approve from the claim view keeps the marks with the verdict."""
    (task,) = world.bring(world.output())
    _check(world, task)
    assert world.mara.hand_in({**WRONG_FIRST, **whole_answer("approve")})["stack"] == []
    world.settled(task)
    assert world.view(task).verdicts[-1].marks == (ClaimMark(claim_number=1, mark=Mark.WRONG),)


def test_reject_from_the_claims_is_ticked_by_the_marks(world: World) -> None:
    """A claim marked wrong that the source contradicts ticks that reason."""
    (task,) = world.bring(world.output())
    _check(world, task)
    world.mara.hand_in({**WRONG_FIRST, **whole_answer("reject")})
    form = world.mara.form(CallbackId.REJECT)
    ticks = elements(form["blocks"])[ActionId.REASONS.value]["initial_options"]
    assert [option["value"] for option in ticks] == ["contradicts"]
    assert world.mara.hand_in()["stack"] == []
    world.settled(task)
    assert world.view(task).verdicts[-1].reasons == ("contradicts",)


def test_edit_from_the_claims_leads_to_the_edit_form(world: World) -> None:
    """The form takes the claim view's place, the changes lie on top, and saving closes both."""
    (task,) = world.bring(world.output())
    _check(world, task)
    world.mara.hand_in({**WRONG_FIRST, **whole_answer("edit")})
    assert "your mark" in drawn(world.mara.form(CallbackId.EDIT)["blocks"])
    world.mara.hand_in(answer_of("It costs € 3.50."))
    assert len(world.mara.stack()) == 2
    assert world.mara.hand_in()["stack"] == []
    world.settled(task)
    assert world.view(task).verdicts[-1].correction == "It costs € 3.50."


def test_history_tells_every_verdict_once_it_is_decided(world: World) -> None:
    """Before the verdict it says that there is none; after a change of mind it shows both."""
    (task,) = world.bring(world.output())
    world.mara.choose(world.mara.card(task), MenuChoice.HISTORY)
    assert "No verdict yet" in drawn(world.mara.form(title="History")["blocks"])
    world.mara.leave()
    world.mara.press(world.mara.card(task), ActionId.APPROVE)
    world.mara.choose(world.settled(task), MenuChoice.CHANGE)
    world.mara.form(CallbackId.CLAIMS)
    world.mara.hand_in(whole_answer("reject"))
    world.mara.hand_in(refusal("style", note="Too short"))
    world.jonas.choose(world.settled(task, revision=2), MenuChoice.HISTORY)
    told = drawn(world.jonas.form(title="History")["blocks"])
    assert "Too short" in told
    assert told.index("Rejected") < told.index("Approved")
    assert "Replaced by a later verdict" in told
    world.jonas.leave()


def test_why_hides_the_risk_until_the_verdict(world: World) -> None:
    """Who still has to decide does not see the number; afterwards it is there."""
    (task,) = world.bring(world.output())
    world.mara.choose(world.mara.card(task), MenuChoice.WHY)
    before = drawn(world.mara.form(title="Why this one?")["blocks"])
    assert "the risk lines stay hidden" in before
    assert "60 in 100" not in before
    world.mara.leave()
    world.mara.press(world.mara.card(task), ActionId.APPROVE)
    world.mara.choose(world.settled(task), MenuChoice.WHY)
    assert "60 in 100" in drawn(world.mara.form(title="Why this one?")["blocks"])
    world.mara.leave()


def test_full_text_of_a_decided_answer_can_only_be_read(world: World) -> None:
    """From the decided card's menu, by somebody who did not decide: no inputs and nothing to submit."""
    (task,) = world.bring(world.output())
    world.mara.press(world.mara.card(task), ActionId.APPROVE)
    world.jonas.choose(world.settled(task), MenuChoice.FULL)
    view = until(world.jonas.stack)[-1]
    assert view["submit"] is None
    assert not [block for block in view["blocks"] if block["type"] == "input"]
    assert "Your daily limit is € 500." in drawn(view["blocks"])
    world.jonas.leave()
