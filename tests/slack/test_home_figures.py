"""How well people decide, as Home tells it: to the person first, to a lead what a lead may hear, and never a rank."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.slack.home import LeadPart, ReviewersPart
from bot.slack.ids import ActionId
from bot.slack.values import ButtonValue
from reviewers.decisions.agreement import AllAlike, Alpha
from reviewers.decisions.conduct import Sign
from reviewers.decisions.fatigue import Slope
from reviewers.decisions.own_figures import Concern, OwnFigures
from reviewers.decisions.too_few import TooFew
from reviewers.model import Outcome, Resolution, TaskState, TaskView
from tests.builders import NOON
from tests.slack.figured import LOUD, NONE, QUIET
from tests.slack.test_home import drawn, lines, own, queue, team, waiting

SOME = TooFew(found=3, needed=5, of="checked outputs")


def told(figures: OwnFigures | None) -> list[str]:
    """What the person's own part says below their week."""
    said = lines(drawn(own(waiting(1), figures=figures)))
    start = said.index("# Your last 4 weeks") if "# Your last 4 weeks" in said else len(said)
    return said[start : said.index("---", start)] if start < len(said) else []


def leading(**changes: Any) -> list[str]:
    """What a lead reads of the reviewers."""
    fields: dict[str, Any] = {"agreement": TooFew(found=3, needed=20)} | changes
    lead = LeadPart(disputes=(), team=team(queue("Card support")), reviewers=ReviewersPart(**fields))
    said = lines(drawn(own(waiting(1)), lead))
    if "# Reviewers" not in said:
        return []
    start = said.index("# Reviewers")
    return said[start : said.index("Leads see this part. Your own queue is below.")]


def test_a_person_reads_how_often_they_are_right_and_all_that_stands_out() -> None:
    """With the interval, how it is known, and what a lead will hear."""
    assert told(LOUD) == [
        "# Your last 4 weeks",
        "*Finds wrong answers*\n30 of 100 (15 to 47) | *Passes right answers*\n95 of 100 (90 to 98)",
        "Dawid and Skene's model, 95 % interval in brackets. Second looks and known answers check 83 of 1,320 "
        "verdicts, which tells as much as 26 wrong and 52 right known answers.",
        "*You find little.* You found 2 wrong answers in 4 weeks, where colleagues would have found about 10 at the "
        "same risk on the same routes: 20 % of that (95 % interval 5 to 45, Fay's for standardised rates; "
        "320 verdicts).",
        "*You may miss much.* You find about 30 of 100 wrong answers (95 % interval 15 to 47, Dawid and Skene's model, "
        "83 checked verdicts, 4 weeks).",
        "*Fast.* 34 of your 40 timed verdicts came sooner than the answer can be read (4 s, or 0.18 s a word).",
        "*Sources.* You opened Check claims for none of your last 31 doubtful answers.",
        "*Breaks help.* With each 10 answers in a row the odds that you misjudge a known one grow 2.0 times "
        "(1.2 to 3.4).",
        "A lead hears of it once it has stood here for a week. Of speed, sources and breaks only you hear.",
    ]


def test_an_open_end_is_not_made_a_number() -> None:
    """Every late one was misjudged: that it grows is known, not how fast."""
    steep = replace(LOUD.conduct, tires=Slope(value=4318.0, low=1.1, high=2e7, answers=50, errors=25))
    figures = replace(LOUD, conduct=steep, signs=frozenset({Sign.TIRES}))
    assert told(figures)[3] == (
        "*Breaks help.* With each 10 answers in a row the odds that you misjudge a known one grow at least 1.1 times."
    )


def test_time_alone_is_nobody_elses() -> None:
    """Then a lead is not mentioned as one who hears."""
    figures = replace(LOUD, signs=frozenset({Sign.HASTE}))
    assert told(figures)[-1] == "Of speed, sources and breaks only you hear."


def test_too_few_checked_ones_are_said_to_be_too_few() -> None:
    """And nothing at all stands there before anything was checked, or for whoever has no figures."""
    some = replace(LOUD, sensitivity=SOME, specificity=NONE, conduct=QUIET, signs=frozenset())
    assert told(some)[1] == "*Finds wrong answers*\ntoo few to say (3 of 5)"
    assert told(replace(some, sensitivity=NONE)) == []
    assert told(None) == []


@pytest.mark.parametrize(
    ("agreement", "words"),
    [
        (
            Alpha(value=0.612, low=0.48, high=0.71, units=140, verdicts=281),
            "Reviewers agree with an alpha of 0.61 (Krippendorff's, 95 % interval 0.48 to 0.71; 1 is always, 0 as by "
            "chance) on 140 answers that several judged.",
        ),
        (AllAlike(units=24, verdicts=48), "Reviewers said the same of all 24 answers that several judged."),
    ],
)
def test_a_lead_reads_how_far_reviewers_agree(agreement: Alpha | AllAlike, words: str) -> None:
    """With its interval and what its ends mean."""
    assert leading(agreement=agreement) == ["# Reviewers", words]


def test_a_lead_of_people_who_were_not_checked_reads_nothing_of_them() -> None:
    """No header over nothing."""
    assert leading() == []


def test_a_lead_hears_only_what_verdicts_show() -> None:
    """Two signs of Jonas in numbers; the rest of them has no words for a lead."""
    every = [Concern(reviewer="U0JONAS", sign=sign, figures=LOUD) for sign in Sign]
    assert leading(concerns=every) == [
        "# Reviewers",
        "*<@U0JONAS> finds little.* They found 2 wrong answers in 4 weeks, where colleagues would have found about 10 "
        "at the same risk on the same routes: 20 % of that (95 % interval 5 to 45, Fay's for standardised rates; "
        "320 verdicts).",
        "*<@U0JONAS> may miss much.* They find about 30 of 100 wrong answers (95 % interval 15 to 47, Dawid and "
        "Skene's model, 83 checked verdicts, 4 weeks).",
        "This has stood on their own Home for a week. Talk before anything else.",
    ]


def decided(number: int, outcome: Outcome) -> TaskView:
    """An answer that was decided."""
    view = waiting(number, "Is there a fee?", state=TaskState.RESOLVED)
    resolution = Resolution(
        task_id=view.task.task_id,
        revision=1,
        outcome=outcome,
        verdict_id="v-1",
        resolved_by="U0MARA",
        resolved_at=NOON + timedelta(minutes=3),
    )
    return replace(view, resolution=resolution)


def test_a_lead_sees_which_decisions_second_looks_stand_against() -> None:
    """The newest with the claims a press away, the rest as a number; who judged it blindly is not said."""
    views = [decided(1, Outcome.APPROVED), decided(2, Outcome.REJECTED)]
    assert leading(against=5, disagreeing=views) == [
        "# Reviewers",
        "*5 second looks disagree* with what was decided, in 7 days.",
        "Is there a fee?\napproved, a second look found it wrong  ·  #1",
        "Is there a fee?\nrejected, a second look found it right  ·  #2",
        "3 more",
    ]
    lead = LeadPart(
        disputes=(),
        team=team(queue("Card support")),
        reviewers=ReviewersPart(agreement=NONE, against=1, disagreeing=views[:1]),
    )
    home = drawn(own(waiting(1)), lead)
    (pressed,) = [block["accessory"] for block in home["blocks"] if block["block_id"] == "row_against_t-1"]
    assert pressed["action_id"] == ActionId.CHECK
    assert ButtonValue.parse(pressed["value"]) == ButtonValue(task_id="t-1")
