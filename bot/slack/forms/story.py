"""The story of one output in lines: received, read and scored, picked or not, posted, decided, used."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from slackblocks import RichTextChannel, RichTextElement

from bot.slack import clock
from bot.slack.cards.evidence import Source, evidence_of
from bot.slack.cards.options import CardOptions
from bot.slack.cards.parts import in_hundred
from bot.slack.cards.source_changed import changed_spoken
from bot.slack.text import channel_link, counted, isolated, one_line, shortened
from bot.slack.wire import person, plain
from reviewers.decisions.consensus import live
from reviewers.model import (
    Assessment,
    Output,
    Reading,
    Reason,
    Release,
    ReleaseState,
    SamplingDecision,
    TaskState,
    TaskView,
    VerdictKind,
)

SCORES = 8  # machine reviewers named one by one
SOURCES = 5
EXPLANATION_LENGTH = 200
TITLE_LENGTH = 80
TAGS_LENGTH = 120
VERDICTS = 10
USES = 5
VERSION_LENGTH = 12  # of a policy's or a dataset's hash
UNDECIDED = (TaskState.OPEN, TaskState.DISPUTED)

_WORDS = {
    VerdictKind.APPROVE: "approved",
    VerdictKind.EDIT: "edited",
    VerdictKind.REJECT: "rejected",
    VerdictKind.UNSURE: "unsure:",
    VerdictKind.WITHDRAWN: "verdict taken back",
}
_RELEASED = {
    ReleaseState.APPROVED: "sent",
    ReleaseState.EDITED: "sent, with the edit",
    ReleaseState.REJECTED: "not sent",
    ReleaseState.RELEASED: "sent at once, not verified: few answers of so low a risk are wrong, as reviews proved",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """One line: when, and what."""

    at: datetime | None
    words: tuple[RichTextElement, ...]

    def elements(self, display: CardOptions, seen_on: datetime) -> list[RichTextElement]:
        """With the clock time in front, and the day where it is another one than `seen_on`'s."""
        if self.at is None:
            return list(self.words)
        return [clock.element(self.at, display.zone, seen_on=seen_on), plain(" "), *self.words]

    def spoken(self, display: CardOptions, seen_on: datetime) -> str:
        """The same for a fallback text."""
        words = "".join(_spoken(element, display) for element in self.words)
        return f"{clock.words(self.at, display.zone, seen_on=seen_on)} {words}" if self.at else words


def told_of_task(view: TaskView, display: CardOptions, *, risk: bool, readings: bool) -> Iterator[Told]:
    """What happened to an output that people review, in order.

    Until it is decided nobody reads when it was received, read and picked: of a second look and a known answer that is
    days ago, of other cards minutes, and nobody is to tell them apart.

    Args:
        view: all that is known.
        display: the settings of the surfaces.
        risk: whether risk, scores, draw and chance may be told.
        readings: whether the machine's readings may be.
    """
    for one in _until_picked(view, risk=risk, readings=readings):
        yield replace(one, at=None) if view.task.state in UNDECIDED else one
    if view.change is not None:
        words = changed_spoken(view)
        yield Told(at=view.change.changed_at, words=(plain(f"{words[0].lower()}{words[1:]}"),))
    yield from _posted(view)
    yield from _decided(view, display, risk=risk)
    yield from _used(view)


def _until_picked(view: TaskView, *, risk: bool, readings: bool) -> Iterator[Told]:
    yield received(view.output)
    if readings:
        yield from _checked(view)
    if risk and view.assessment is not None:
        yield from scored(view.assessment)
    yield Told(at=view.decision.decided_at, words=(plain(_picked(view, risk=risk)),))


def received(output: Output) -> Told:
    """From which application, with which tags."""
    tags = shortened(", ".join(one_line(tag) for tag in output.tags), TAGS_LENGTH)
    sender = shortened(one_line(output.submitted_by), 60)
    words = (f" from {isolated(sender)}" if sender else "") + (f", tags: {isolated(tags)}" if tags else "")
    return Told(at=output.received_at, words=(plain(f"received{words}"),))


def scored(assessment: Assessment) -> Iterator[Told]:
    """The risk, then each machine reviewer's own sentence."""
    yield Told(at=assessment.assessed_at, words=(plain(_risk(assessment)),))
    for score in assessment.scores[:SCORES]:
        told = shortened(one_line(score.explanation), EXPLANATION_LENGTH)
        yield Told(at=None, words=(plain(f"{shortened(one_line(score.scorer), 60)}: {isolated(told)}"),))
    if len(assessment.scores) > SCORES:
        yield Told(at=None, words=(plain(counted(len(assessment.scores) - SCORES, "more score")),))


def not_picked(decision: SamplingDecision) -> Told:
    """That nobody was asked, with the draw."""
    words = f"not picked: draw {_draw(decision)}, policy {_version(decision.policy_version)}"
    return Told(at=decision.decided_at, words=(plain(words),))


def _checked(view: TaskView) -> Iterator[Told]:
    if view.assessment is None:
        return
    evidence = evidence_of(view)
    yield Told(at=view.assessment.assessed_at, words=(plain(_claims(view)),))
    shown = [_title(source) for source in evidence.sources[:SOURCES]]
    if shown:
        more = len(evidence.sources) - len(shown)
        words = f"sources: {', '.join(shown)}" + (f" and {more} more" if more else "")
        yield Told(at=None, words=(plain(words),))


def _title(source: Source) -> str:
    return f"[{source.letter}] {isolated(shortened(source.title, TITLE_LENGTH))}"


def _claims(view: TaskView) -> str:
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


def _risk(assessment: Assessment) -> str:
    if assessment.risk is None:
        failure = shortened(one_line(assessment.failure), EXPLANATION_LENGTH)
        return f"risk not scored: {isolated(failure)}" if failure else "risk not scored"
    model = shortened(one_line(assessment.risk.model_version), 40)
    learned = assessment.risk.verdicts_learned_from
    from_what = f"learned from {counted(learned, 'verdict')}" if learned else "the prior of the first day"
    return f"risk {in_hundred(assessment.risk.probability)} in 100 (model {model}, {from_what})"


def _picked(view: TaskView, *, risk: bool) -> str:
    """How the choice was made; draw and chance would tell the risk."""
    decision = view.decision
    if not risk or view.task.sent_by:
        return "picked"
    if decision.inclusion_probability >= 1.0:
        return f"picked without a draw, policy {_version(decision.policy_version)}"
    if decision.reason is Reason.NOT_SELECTED:
        return "picked"
    return f"picked: draw {_draw(decision)}, policy {_version(decision.policy_version)}"


def _draw(decision: SamplingDecision) -> str:
    """ "0.21 was under 0.34", with as many places as it takes to see it."""
    chance, is_under = decision.inclusion_probability, decision.draw < decision.inclusion_probability
    places = next((n for n in (2, 3, 4) if round(decision.draw, n) != round(chance, n)), 6)
    return f"{decision.draw:.{places}f} was {'under' if is_under else 'not under'} {chance:.{places}f}"


def _version(version: str) -> str:
    return one_line(version)[:VERSION_LENGTH] or "unnamed"


def _posted(view: TaskView) -> Iterator[Told]:
    posting = view.task.posting
    if posting is None:
        return
    named = channel_link(posting.channel).startswith("<")
    where = RichTextChannel(posting.channel) if named else plain(shortened(one_line(posting.channel), 60))
    yield Told(at=_moment(posting.ts), words=(plain("posted in "), where))


def _moment(ts: str) -> datetime | None:
    """When Slack got a message, by its ts."""
    seconds, _, _ = ts.partition(".")
    return datetime.fromtimestamp(int(seconds), UTC) if seconds.isdecimal() and len(seconds) <= 10 else None


def _decided(view: TaskView, display: CardOptions, *, risk: bool) -> Iterator[Told]:
    """Verdicts and what became of the answer; while it is undecided, only who was unsure."""
    undecided = view.task.state in UNDECIDED
    shown = [v for v in view.verdicts if not undecided or v.kind is VerdictKind.UNSURE]
    if len(shown) > VERDICTS:
        yield Told(at=None, words=(plain(f"{counted(len(shown) - VERDICTS, 'earlier verdict')}, in History"),))
    for verdict in shown[-VERDICTS:]:
        by = " " if verdict.kind is VerdictKind.UNSURE else " by "
        last = ", as lead" if verdict.as_lead else ""
        who = (plain(f"{_WORDS[verdict.kind]}{by}"), person(verdict.reviewer), plain(last))
        yield Told(at=verdict.recorded_at, words=who)
    if view.task.state is TaskState.DISPUTED:
        yield Told(at=None, words=(plain("disputed: a lead decides"),))
    if view.task.state is TaskState.CUT:
        kept = in_hundred(view.decision.keep_probability)
        words = f"not needed any more: the queue was too long, and the lot kept {kept} in 100, no verdict"
        yield Told(at=None, words=(plain(words),))
    yield from _released(view, display, risk=risk)
    resolution = live(view.resolution)
    if resolution is not None and resolution.recall:
        words = f"recalled: {resolution.outcome.value} counts now"
        yield Told(at=resolution.resolved_at, words=(plain(words),))


def left_by_risk(release: Release) -> Iterator[Told]:
    """That it was held and left at once, which tells that its risk is low; nothing where it did not."""
    if release.state is ReleaseState.RELEASED:
        yield Told(at=release.decided_at, words=(plain(_RELEASED[release.state]),))


def _released(view: TaskView, display: CardOptions, *, risk: bool) -> Iterator[Told]:
    release = view.release
    if view.task.state is TaskState.TIMED_OUT and not view.task.hold:
        yield Told(at=view.task.times_out_at, words=(plain("timed out: nobody decided in time, no verdict"),))
    if release is None or release.decided_at is None or (release.state is ReleaseState.RELEASED and not risk):
        return
    timed_out = f"timed out. {one_line(display.waiting.past(release.on_timeout))}"
    words = _RELEASED.get(release.state, timed_out)
    yield Told(at=release.decided_at, words=(plain(words),))
    if release.recalled_at is not None:
        yield Told(at=release.recalled_at, words=(plain("recalled after it was sent"),))


def _used(view: TaskView) -> Iterator[Told]:
    """Replies in the thread, and the dataset files that it went into."""
    if view.replies:
        count = counted(len(view.replies), "reply", "replies")
        yield Told(at=None, words=(plain(f"{count} in the thread, kept with it"),))
    for use in view.uses[-USES:]:
        words = f"a row of dataset {_version(use.version)} ({shortened(one_line(use.format), 40)})"
        yield Told(at=use.built_at, words=(plain(words),))
    if len(view.uses) > USES:
        yield Told(at=None, words=(plain(f"and of {counted(len(view.uses) - USES, 'earlier dataset')}"),))


def _spoken(element: RichTextElement, display: CardOptions) -> str:
    """An element in plain words: people by name, a channel not at all."""
    wired = element._resolve()
    if wired["type"] == "user":
        return display.name(str(wired["user_id"]))
    return "the review channel" if wired["type"] == "channel" else str(wired.get("text", ""))
