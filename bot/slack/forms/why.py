"""The view "Why this one?": first the reason in one sentence, then what happened, with clock times."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from slackblocks import Block, RichTextElement, RichTextList

from bot.slack import clock
from bot.slack.cards.evidence import evidence_of
from bot.slack.cards.options import CardOptions
from bot.slack.cards.parts import in_hundred, risk_words
from bot.slack.forms.fields import context_of
from bot.slack.ids import CallbackId, Show
from bot.slack.text import counted, isolated, one_line, quiet, shortened
from bot.slack.wire import Wire, grey, modal, person, plain, rich, said, section
from reviewers.model import Output, Reading, Reason, ReleaseState, TaskState, TaskView, VerdictKind

SCORES = 8  # machine reviewers named one by one
EXPLANATION_LENGTH = 200
TAGS_LENGTH = 120
VERDICTS = 10

_WORDS = {
    VerdictKind.APPROVE: "approved",
    VerdictKind.EDIT: "edited",
    VerdictKind.REJECT: "rejected",
    VerdictKind.UNSURE: "unsure:",
    VerdictKind.WITHDRAWN: "verdict taken back",
}


def why_view(view: TaskView, *, display: CardOptions, may_see_risk: bool) -> Wire:
    """Tell why this answer was picked.

    Args:
        view: the task.
        display: the settings of the surfaces.
        may_see_risk: False for somebody who still has to decide it: risk, chance and scores stay hidden, and before a
            blind verdict the readings as well.
    """
    open_here = may_see_risk or Show(view.task.show) is Show.ALL
    readings = may_see_risk or Show(view.task.show) is not Show.BLIND
    items = [section(item) for item in _story(view, display, risk=open_here, readings=readings)]
    story = rich(RichTextList("bullet", items, offset=None, border=None))
    blocks: list[Block] = [said(_reason(view, risk=open_here)), story]
    if not open_here:
        blocks.append(grey("Before your verdict, the risk lines stay hidden."))
    return modal(
        "Why this one?",
        blocks,
        callback_id=CallbackId.NOTHING,
        private_metadata=context_of(view).to_json(),
        close="Close",
        tag="why",
    )


def _reason(view: TaskView, *, risk: bool) -> str:
    """One sentence: by rule, held, or by chance."""
    decision, name = view.decision, f"#{view.task.number}"
    if decision.reason is Reason.HELD:
        return f"*{name} is held until somebody decides.* Held answers are always reviewed."
    if decision.reason is Reason.RULE:
        rule = f": {quiet(decision.rule, 200)}" if decision.rule else ""
        return f"*{name} was picked by a rule{rule}.*"
    if not risk:
        return f"*{name} was picked by chance.* Every pick is a draw; riskier answers are drawn more often."
    chance = in_hundred(decision.inclusion_probability)
    scored = view.assessment.risk if view.assessment else None
    told = f"its risk was {risk_words(scored)}" if scored else "its risk was not scored"
    if decision.reason is Reason.RISK and decision.inclusion_probability == 1.0:
        return f"*{name} was picked for its risk.* Answers at or above the threshold always are; {told}."
    return f"*{name} was picked by chance ({chance} in 100).* Riskier answers are picked more often; {told}."


def _story(view: TaskView, display: CardOptions, *, risk: bool, readings: bool) -> Iterator[list[RichTextElement]]:
    """What happened, in order."""

    def at(moment: datetime | None, *rest: RichTextElement) -> list[RichTextElement]:
        when = [clock.element(moment, display.zone, seen_on=view.task.created_at), plain(" ")] if moment else []
        return [*when, *rest]

    output, assessment = view.output, view.assessment
    yield at(output.received_at, plain(f"received{_from(output)}"))
    if assessment is not None:
        if readings:
            yield at(assessment.assessed_at, plain(_checked(view)))
        if risk:
            yield at(assessment.assessed_at, plain(_risk(view)))
            for score in assessment.scores[:SCORES]:
                told = shortened(one_line(score.explanation), EXPLANATION_LENGTH)
                yield at(None, plain(f"{shortened(one_line(score.scorer), 60)}: {isolated(told)}"))
    yield at(view.decision.decided_at, plain("picked"))
    yield from _decided(view, display)


def _from(output: Output) -> str:
    tags = shortened(", ".join(one_line(tag) for tag in output.tags), TAGS_LENGTH)
    sender = shortened(one_line(output.submitted_by), 60)
    return (f" from {isolated(sender)}" if sender else "") + (f", tags: {isolated(tags)}" if tags else "")


def _checked(view: TaskView) -> str:
    evidence = evidence_of(view)
    if not evidence.checked:
        return "claims not checked: the checker did not answer"
    if not evidence.readings:
        return "no claims: the answer states no facts"
    found = {kind: sum(r.reading is kind for r in evidence.readings) for kind in Reading}
    words = [
        f"{found[kind]} {name}"
        for kind, name in ((Reading.CONTRADICTED, "contradicted"), (Reading.NO_SOURCE, "without source"))
        if found[kind]
    ]
    return f"{counted(len(evidence.readings), 'claim')} checked" + (f": {', '.join(words)}" if words else "")


def _risk(view: TaskView) -> str:
    assessment = view.assessment
    if assessment is None or assessment.risk is None:
        failure = shortened(one_line(assessment.failure if assessment else ""), EXPLANATION_LENGTH)
        return f"risk not scored: {isolated(failure)}" if failure else "risk not scored"
    model = shortened(one_line(assessment.risk.model_version), 40)
    learned = assessment.risk.verdicts_learned_from
    from_what = f"learned from {counted(learned, 'verdict')}" if learned else "the prior of the first day"
    return f"risk {in_hundred(assessment.risk.probability)} in 100 (model {model}, {from_what})"


def _decided(view: TaskView, display: CardOptions) -> Iterator[list[RichTextElement]]:
    """Verdicts and what became of the answer; while it is undecided, only who was unsure."""
    seen = view.task.created_at
    undecided = view.task.state in (TaskState.OPEN, TaskState.DISPUTED)
    for verdict in view.verdicts[-VERDICTS:]:
        if not undecided or verdict.kind is VerdictKind.UNSURE:
            when = clock.element(verdict.recorded_at, display.zone, seen_on=seen)
            by = " by " if verdict.kind is not VerdictKind.UNSURE else " "
            yield [when, plain(f" {_WORDS[verdict.kind]}{by}"), person(verdict.reviewer)]
    release = view.release
    if release is None or release.decided_at is None:
        return
    words = {
        ReleaseState.APPROVED: "sent",
        ReleaseState.EDITED: "sent, with the edit",
        ReleaseState.REJECTED: "not sent",
        ReleaseState.TIMED_OUT: f"timed out. {one_line(display.waiting.past(release.on_timeout))}",
    }
    when = clock.element(release.decided_at, display.zone, seen_on=seen)
    yield [when, plain(f" {words.get(release.state, release.state.value)}")]
