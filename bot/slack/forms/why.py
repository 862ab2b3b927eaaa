"""The view "Why this one?" and the answer to `/whetstone why`: the reason in one sentence, then the story."""

from __future__ import annotations

from collections.abc import Sequence

from slackblocks import Block, RichTextList

from bot.slack.cards.options import CardOptions
from bot.slack.cards.parts import in_hundred, risk_words
from bot.slack.forms.fields import context_of
from bot.slack.forms.story import Told, left_by_risk, not_picked, received, scored, told_of_task
from bot.slack.ids import CallbackId, Show
from bot.slack.text import escape, mention, one_line, quiet, quoted, shortened
from bot.slack.wire import SlackMessage, Wire, grey, modal, rendered, rich, said, section
from reviewers.model import Assessment, Output, Reason, Release, SamplingDecision, TaskView

HIDDEN = "Before your verdict, the risk lines stay hidden."
CHANGE_COUNTS = "That is no draw, so it counts in no rate."
TEXT_LENGTH = 3000  # of the fallback text; escaped, words may be five times as long


def why_view(view: TaskView, *, display: CardOptions, may_see_risk: bool) -> Wire:
    """Tell why this answer was picked.

    Args:
        view: the task.
        display: the settings of the surfaces.
        may_see_risk: False for somebody who still has to decide it: risk, chance, draw and scores stay hidden, and
            before a blind verdict the readings as well.
    """
    return modal(
        "Why this one?",
        _blocks(view, display, may_see_risk),
        callback_id=CallbackId.NOTHING,
        private_metadata=context_of(view).to_json(),
        close="Close",
        tag="why",
    )


def why_message(view: TaskView, *, display: CardOptions, may_see_risk: bool) -> SlackMessage:
    """The same as the answer to the command; `display` has the names of those who gave verdicts."""
    shown = _is_open(view, may_see_risk)
    seen_on = view.task.created_at
    told = [one.spoken(display, seen_on) for one in _story(view, display, may_see_risk)]
    text = _text([_reason_spoken(view, risk=shown), *told, "" if shown else HIDDEN])
    return SlackMessage(text=text, blocks=rendered(_blocks(view, display, may_see_risk), "why"))


def unpicked_message(
    output: Output,
    assessment: Assessment | None,
    decision: SamplingDecision | None,
    *,
    release: Release | None = None,
    display: CardOptions,
) -> SlackMessage:
    """The story of an output that nobody was asked about; nobody has to decide it, so nothing is hidden."""
    name = shortened(one_line(output.output_id), 60)
    if decision is None:
        reason, then = f"{name} is not scored yet.", "Whether people are asked is decided after that."
    else:
        reason = f"{name} was not picked."
        then = f"Its chance was {in_hundred(decision.inclusion_probability)} in 100; riskier answers have a higher one."
    lines = [received(output)]
    lines += scored(assessment) if assessment else []
    lines += [not_picked(decision)] if decision else []
    lines += left_by_risk(release) if release else []
    blocks: list[Block] = [said(f"*{quiet(reason, 120)}* {then}"), _listed(lines, display, output)]
    told = [one.spoken(display, output.received_at) for one in lines]
    return SlackMessage(text=_text([reason, then, *told]), blocks=rendered(blocks, "why"))


def _listed(lines: Sequence[Told], display: CardOptions, output: Output) -> Block:
    items = [section(one.elements(display, output.received_at)) for one in lines]
    return rich(RichTextList("bullet", items, offset=None, border=None))


def _blocks(view: TaskView, display: CardOptions, may_see_risk: bool) -> list[Block]:
    shown = _is_open(view, may_see_risk)
    items = [section(one.elements(display, view.task.created_at)) for one in _story(view, display, may_see_risk)]
    blocks: list[Block] = [
        said(_reason(view, risk=shown)),
        rich(RichTextList("bullet", items, offset=None, border=None)),
    ]
    if not shown:
        blocks.append(grey(HIDDEN))
    return blocks


def _story(view: TaskView, display: CardOptions, may_see_risk: bool) -> list[Told]:
    readings = may_see_risk or Show(view.task.show) is not Show.BLIND
    return list(told_of_task(view, display, risk=_is_open(view, may_see_risk), readings=readings))


def _is_open(view: TaskView, may_see_risk: bool) -> bool:
    return may_see_risk or Show(view.task.show) is Show.ALL


def _text(parts: Sequence[str]) -> str:
    """One fallback text of whole sentences."""
    whole = ". ".join(part.rstrip(".") for part in map(one_line, parts) if part)
    fitting = (escape(f"{shortened(whole, limit)}.") for limit in (TEXT_LENGTH - 1, TEXT_LENGTH // 2, TEXT_LENGTH // 6))
    return next(text for text in fitting if len(text) <= TEXT_LENGTH)


def _reason(view: TaskView, *, risk: bool) -> str:
    """One sentence: sent by somebody, by rule, held, or by chance."""
    decision, name = view.decision, f"#{view.task.number}"
    if view.change is not None:
        return f"*{name} was approved before, and a source says something else since.* {CHANGE_COUNTS}"
    if view.task.sent_by:
        return f"*{name} was sent to review by {mention(view.task.sent_by)}.* That is no draw, so it counts in no rate."
    if decision.reason is Reason.HELD and view.task.hold:  # nobody waits for a second look
        return f"*{name} is held until somebody decides.* Held answers are always reviewed."
    if decision.reason is Reason.RULE:
        rule = f": {quiet(decision.rule, 200)}" if decision.rule else ""
        return f"*{name} was picked by a rule{rule}.*"
    if not risk:
        return f"*{name} was picked by chance.* Every pick is a draw; riskier answers are drawn more often."
    return _by_chance(view, name)


def _by_chance(view: TaskView, name: str) -> str:
    decision = view.decision
    scored_ = view.assessment.risk if view.assessment else None
    told = f"its risk was {risk_words(scored_)}" if scored_ else "its risk was not scored"
    if decision.reason is Reason.RISK and decision.inclusion_probability == 1.0 and not decision.plan_version:
        return f"*{name} was picked for its risk.* Answers at or above the threshold always are; {told}."
    chance = in_hundred(decision.inclusion_probability)
    return f"*{name} was picked by chance ({chance} in 100).* Riskier answers are picked more often; {told}."


def _reason_spoken(view: TaskView, *, risk: bool) -> str:
    """The same sentence without its signs."""
    decision, name = view.decision, f"#{view.task.number}"
    if view.change is not None:
        return f"{name} was approved before, and a source says something else since. {CHANGE_COUNTS}"
    if view.task.sent_by:
        return f"{name} was sent to review by a person. That is no draw, so it counts in no rate."
    if decision.reason is Reason.RULE:
        rule = f": {quoted(shortened(one_line(decision.rule), 200))}" if decision.rule else ""
        return f"{name} was picked by a rule{rule}."
    return _reason(view, risk=risk).replace("*", "")
