"""The whole story of an answer, as `/whetstone why` and "Why this one?" tell it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.slack.cards import CardOptions
from bot.slack.cards.parts import reason_words
from bot.slack.forms.hours import hours_view, parse_hours
from bot.slack.forms.why import unpicked_message, why_message, why_view
from bot.slack.ids import BlockId
from bot.slack.values import FormContext
from reviewers.errors import Invalid
from reviewers.model import (
    DatasetUse,
    Outcome,
    Preferences,
    Reason,
    Release,
    ReleaseState,
    Reply,
    Score,
    TaskState,
    TaskView,
    VerdictKind,
)
from tests.builders import NOON, a_decision, a_release, a_verdict, an_assessment, an_output, showing
from tests.slack.checks import objects, words
from tests.slack.drawn import fine as fine_message
from tests.slack.drawn import said
from tests.slack.scenes import SIX_PAST, assessed, held, resolved, thailand, thailand_output, thailand_readings
from tests.slack.test_injection import PAYLOADS
from tests.slack.views import fine, inputs

DISPLAY = CardOptions(names={"U0MARA": "Mara Lindqvist"})
DRAWN = a_decision(reason=Reason.UNIFORM, inclusion_probability=0.34, draw=0.2149, policy_version="policy-14")


def story(view: TaskView, *, may_see_risk: bool = True) -> list[str]:
    """The lines of the list, without clock times."""
    message = fine_message(why_message(view, display=DISPLAY, may_see_risk=may_see_risk))
    (listed,) = [block for block in message.blocks if block["type"] == "rich_text"]
    return [_line(item["elements"]) for item in listed["elements"][0]["elements"]]


def _line(elements: list[dict[str, Any]]) -> str:
    shown = {"user": "user_id", "channel": "channel_id"}
    return "".join(str(e.get(shown.get(e["type"], "text"), "")) for e in elements if e["type"] != "date").strip()


def use(version: str) -> DatasetUse:
    """A row of a dataset file."""
    return DatasetUse(version=version, format="preference", path="x.jsonl", task_id="t-1", revision=1, built_at=NOON)


def reply(ts: str) -> Reply:
    """What somebody wrote in the thread."""
    return Reply(task_id="t-1", channel="C0REVIEW", ts=ts, author="U0MARA", text="Hm.", written_at=NOON)


def decided() -> TaskView:
    """The design's answer: drawn, posted, edited by Mara, sent, replied to, used."""
    score = Score(output_id="o-1", scorer="coverage", version="1", value=0.6, explanation="6 of 10 words are there.")
    view = thailand(
        decision=DRAWN,
        assessment=assessed(thailand_readings(), scores=(score,)),
        verdicts=(a_verdict(kind=VerdictKind.EDIT, correction="€ 3.50"),),
    )
    release = Release(
        output_id="o-1",
        state=ReleaseState.EDITED,
        held_since=NOON,
        deadline=None,
        on_timeout=held(view).release.on_timeout,  # type: ignore[union-attr]
        decided_at=SIX_PAST,
    )
    return replace(
        resolved(view, Outcome.EDITED, text="€ 3.50"),
        release=release,
        replies=(reply("1.1"), reply("1.2")),
        uses=(use("0123456789abcdef"),),
    )


def test_story_of_a_decided_answer_is_whole() -> None:
    """Received, read, scored, drawn with its chance, posted, decided, sent, replied to, used."""
    assert story(decided()) == [
        "received from app, tags: fees",
        "4 claims checked: 1 contradicted, 1 without source",
        "sources: [A] Card fees 2026 › Cash abroad, [B] Card limits › Daily limits, [C] Travel FAQ › Before you leave",
        "risk 62 in 100 (model v7, learned from 90 verdicts)",
        "coverage: 6 of 10 words are there.",
        "picked: draw 0.21 was under 0.34, policy policy-14",
        "posted in C0REVIEW",
        "edited by U0MARA",
        "sent, with the edit",
        "2 replies in the thread, kept with it",
        "a row of dataset 0123456789ab (preference)",
    ]


def test_fallback_tells_the_same_in_plain_words() -> None:
    """The reason, then the story with clock times and names."""
    text = fine_message(why_message(decided(), display=DISPLAY, may_see_risk=True)).text
    assert text.startswith("#4821 was picked by chance (34 in 100). Riskier answers are picked more often; its risk")
    assert "edited by Mara Lindqvist" in text
    assert "posted in the review channel" in text


def test_who_still_decides_reads_no_risk_no_draw_and_no_chance() -> None:
    """Nor, before a blind verdict, what the machine read; the view and the message say the same."""
    view = thailand(decision=DRAWN)
    told = story(view, may_see_risk=False)
    assert told[-2:] == ["picked", "posted in C0REVIEW"]
    message = why_message(view, display=DISPLAY, may_see_risk=False)
    for number in ("62", "34", "0.2", "v7", "policy-14"):
        assert number not in message.text
        assert number not in words(message.blocks)
    assert message.text.endswith("Before your verdict, the risk lines stay hidden.")
    blind = why_message(showing(view, "blind"), display=DISPLAY, may_see_risk=False)
    assert "contradicted" not in blind.text
    assert "Card fees" not in blind.text
    shown = fine(why_view(view, display=DISPLAY, may_see_risk=False))
    assert words(shown["blocks"]) == words(message.blocks)


def dated(view: TaskView, *, may_see_risk: bool) -> int:
    """How many lines of the story have a moment in front."""
    message = fine_message(why_message(view, display=DISPLAY, may_see_risk=may_see_risk))
    return sum(item.get("type") == "date" for item in objects(message.blocks))


@pytest.mark.parametrize("show", ["evidence", "blind", "all"])
def test_until_it_is_decided_only_the_posting_has_a_moment(show: str) -> None:
    """Of a second look and a known answer the others are days old; once it is decided they are told."""
    view = showing(thailand(decision=DRAWN), show)
    assert dated(view, may_see_risk=False) == 1
    assert dated(resolved(view, Outcome.APPROVED), may_see_risk=True) > 3


def test_second_look_at_a_held_answer_says_nothing_of_a_hold() -> None:
    """Nobody waits for it; the card says Sampled, and of a held one Held."""
    first = held(thailand())
    look = replace(first, task=replace(first.task, hold=False), release=None)
    for view, reason, sentence in (
        (first, "Held", "*#4821 is held until somebody decides.* Held answers are always reviewed."),
        (look, "Sampled", "*#4821 was picked by chance.* Every pick is a draw; riskier answers are drawn more often."),
    ):
        assert reason_words(view) == reason
        message = fine_message(why_message(view, display=DISPLAY, may_see_risk=False))
        assert said(message.blocks[0]) == sentence
        assert ("held" in message.text) is (view is first)


def test_draw_near_its_chance_is_told_with_as_many_places_as_it_takes() -> None:
    """0.3399 under 0.34 is not "0.34 was under 0.34"."""
    near = thailand(decision=replace(DRAWN, draw=0.3396))
    assert "picked: draw 0.3396 was under 0.3400, policy policy-14" in story(resolved(near, Outcome.APPROVED))


def test_certain_picks_name_no_draw() -> None:
    """Held, risky and ruled answers are picked whatever the draw says."""
    risky = thailand(decision=a_decision(policy_version="p"))
    assert "picked without a draw, policy p" in story(resolved(risky, Outcome.APPROVED))


def test_answer_sent_by_hand_is_no_draw() -> None:
    """The first sentence names who sent it; no chance is told."""
    view = thailand()
    view = replace(view, task=replace(view.task, sent_by="U0MARA"))
    message = fine_message(why_message(view, display=DISPLAY, may_see_risk=True))
    assert said(message.blocks[0]) == (
        "*#4821 was sent to review by <@U0MARA>.* That is no draw, so it counts in no rate."
    )
    assert "picked" in story(view)


def test_known_answer_tells_nobody() -> None:
    """A known answer looks like any other, here too."""
    view = thailand()
    known = replace(view, task=replace(view.task, known="wrong"))
    assert story(known) == story(view)


def test_time_out_is_told_as_its_own_outcome() -> None:
    """Of a task that was not held: no verdict."""
    view = thailand()
    late = replace(view, task=replace(view.task, state=TaskState.TIMED_OUT, times_out_at=NOON))
    assert story(late)[-1] == "timed out: nobody decided in time, no verdict"


def test_output_that_was_not_picked_tells_its_draw() -> None:
    """Nobody has to decide it, so nothing is hidden."""
    decision = replace(DRAWN, selected=False, reason=Reason.NOT_SELECTED, draw=0.71)
    message = fine_message(unpicked_message(an_output(), an_assessment(), decision, display=DISPLAY))
    assert said(message.blocks[0]) == (
        "*o-1 was not picked.* Its chance was 34 in 100; riskier answers have a higher one."
    )
    told = words(message.blocks)
    assert "not picked: draw 0.71 was not under 0.34, policy policy-14" in told
    assert "risk 62 in 100" in told


LEFT = "sent at once, not verified: few answers of so low a risk are wrong, as reviews proved"


def test_answer_that_left_by_its_risk_says_so_to_those_who_may_know_the_risk() -> None:
    """Whoever still has to decide it would be told that the risk is low."""
    release = a_release(state=ReleaseState.RELEASED, text="It costs € 3.50.", decided_at=NOON)
    view = replace(thailand(decision=DRAWN), release=release)
    assert LEFT in story(view)
    hidden = fine_message(why_message(view, display=DISPLAY, may_see_risk=False))
    assert "sent" not in words(hidden.blocks)
    message = fine_message(unpicked_message(an_output(), None, None, release=release, display=DISPLAY))
    assert LEFT in words(message.blocks)


def test_story_stays_inside_a_message_however_much_there_is() -> None:
    """Many verdicts, scores, sources, uses, all long and hostile: Slack takes it, and the text stays under 3,000."""
    score = Score(output_id="o-1", scorer="&" * 90, version="1", value=0.6, explanation="<&> " * 200)
    verdicts = tuple(a_verdict(f"v-{n}", revision=n + 1) for n in range(40))
    view = thailand(
        output=thailand_output(tags=("<&>" * 50,) * 30, submitted_by="&" * 90),
        assessment=assessed(thailand_readings(), scores=(score,) * 30),
        verdicts=verdicts,
    )
    crowded = replace(resolved(view, Outcome.APPROVED), uses=(use("f" * 64),) * 40)
    told = story(crowded)
    assert "30 earlier verdicts, in History" in told
    assert "22 more scores" in told
    assert "and of 35 earlier datasets" in told


@pytest.mark.parametrize("name", PAYLOADS)
def test_nothing_untrusted_is_alive_in_a_story(name: str) -> None:
    """Senders, tags, scorers, titles, rules, versions."""
    payload = PAYLOADS[name]
    output = thailand_output(tags=(payload,), submitted_by=payload, output_id=payload)
    score = Score(output_id="o-1", scorer=payload, version="1", value=0.6, explanation=payload)
    decision = replace(DRAWN, reason=Reason.RULE, rule=payload, policy_version=payload)
    found = assessed(thailand_readings(), scores=(score,))
    view = replace(resolved(thailand(output=output, assessment=found), Outcome.APPROVED), decision=decision)
    fine_message(why_message(replace(view, uses=(use(payload),)), display=DISPLAY, may_see_risk=True))
    fine_message(unpicked_message(output, found, decision, display=DISPLAY))


def test_hours_form_is_filled_with_what_holds_and_reads_back() -> None:
    """Two clocks and seven days."""
    view = fine(hours_view(Preferences(user_id="U0MARA"), FormContext(task_id="home", page=2)))
    found = inputs(view)
    assert [item["initial_time"] for item in objects(view["blocks"]) if item.get("type") == "timepicker"] == [
        "09:00",
        "17:00",
    ]
    ticks = found[BlockId.HOURS_DAYS.value]["element"]
    assert [option["value"] for option in ticks["initial_options"]] == ["0", "1", "2", "3", "4"]
    state: dict[str, dict[str, dict[str, Any]]] = {
        BlockId.HOURS_START.value: {"hours.start": {"type": "timepicker", "selected_time": "10:30"}},
        BlockId.HOURS_END.value: {"hours.end": {"type": "timepicker", "selected_time": None}},
        BlockId.HOURS_DAYS.value: {"hours.days": {"type": "checkboxes", "selected_options": []}},
    }
    with pytest.raises(Invalid) as caught:
        parse_hours({"state": {"values": state}})
    assert caught.value.field == BlockId.HOURS_END.value
    state[BlockId.HOURS_END.value]["hours.end"]["selected_time"] = "12:00"
    form = parse_hours({"state": {"values": state}})
    assert (f"{form.starts_at:%H:%M}", f"{form.ends_at:%H:%M}", form.days) == ("10:30", "12:00", ())
