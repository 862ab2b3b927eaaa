"""The suggestion to retrain, or what speaks against it: five conditions with the numbers behind each. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from slackblocks import Block, Element

from bot.slack import clock
from bot.slack.cards.parts import listed as listed_names
from bot.slack.digest import numbers
from bot.slack.digest.ids import DigestAction, DigestValue
from bot.slack.digest.lead import cure_words, kind_words, route_words
from bot.slack.digest.numbers import coefficient, points
from bot.slack.digest.options import DigestOptions
from bot.slack.digest.runs import Words, bare, elements, joined, mrkdwn, name, strong, words
from bot.slack.digest.spoken import fitted
from bot.slack.digest.verbs import start_button
from bot.slack.text import counted, escape, mention, quiet
from bot.slack.wire import SlackMessage, button, grey, rendered, rich, row, said, section
from reviewers.model.digest import Digest
from reviewers.model.suggestion import (
    Agreement,
    Evidence,
    Gain,
    Material,
    Met,
    OtherCause,
    Suggestion,
    Upstream,
    UpstreamChange,
)
from reviewers.model.telling import Receiver

LEADS_NAMED = 10
CHANGES_NAMED = 3
_KINDS = {Upstream.SOURCE: "the page", Upstream.INDEX: "the index", Upstream.PROMPT: "the prompt"}
_WATCHED = {Upstream.SOURCE: "sources", Upstream.INDEX: "index", Upstream.PROMPT: "prompt", Upstream.MODEL: "model"}
_RECEIVERS = {Receiver.WEBHOOK: "tells the webhook", Receiver.COMMAND: "runs the command"}


def retraining_message(digest: Digest, options: DigestOptions, *, leads: Sequence[str] = ()) -> SlackMessage:
    """Draw the suggestion, or why there is none; for the thread, and for leads.

    Args:
        digest: whose suggestion it is.
        options: with the time zone of its dates.
        leads: Slack user ids of those who can decide.
    """
    suggestion = digest.suggestion
    lines = list(condition_lines(suggestion, options.zone))
    head = title_words(digest, options.zone)
    blocks: list[Block] = [
        said(f"*{mrkdwn(head[0])}* {mrkdwn(head[1])}"),
        rich(section(elements(joined(lines, "\n")))),
    ]
    verbs = list(_verbs(digest))
    if verbs:
        blocks.append(row("digest.retrain", verbs))
    below = words(*_below(digest, options.zone))
    who = f"Leads of {quiet(route_words(digest.route))} can decide: {', '.join(map(mention, leads[:LEADS_NAMED]))}"
    if suggestion.suggested and leads:
        blocks.append(grey(who))
    elif below:
        blocks.append(grey(mrkdwn(below)))
    spoken = [bare(head[0]), bare(head[1]), *(f"{bare(line)}." for line in lines), bare(below)]
    text = fitted([one.replace("α", "alpha") for one in spoken if one])
    return SlackMessage(text=text, blocks=rendered(blocks, f"retrain.{digest.week}"))


def title_words(digest: Digest, zone: tzinfo) -> tuple[Words, Words]:
    """The bold words, and what follows: how many conditions hold."""
    suggestion = digest.suggestion
    mets = [one.met for one in _conditions(suggestion, zone)]
    failed, unknown = mets.count(Met.FAILED), mets.count(Met.UNKNOWN)
    if suggestion.suggested:
        then = "All five conditions hold."
        if unknown:
            then = "Four of five conditions hold; the gain is not known: no training has reported what it brought."
        return words("Retraining is suggested for ", name(route_words(digest.route)), "."), words(then)
    parts = [f"{failed} of 5 conditions {'fails' if failed == 1 else 'fail'}"] if failed else []
    if unknown:
        parts.append(f"{unknown} {'' if failed else 'of 5 conditions '}{'is' if unknown == 1 else 'are'} unknown")
    return words("Retraining is not suggested:"), words(f"{', '.join(parts)}.")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Told:
    """A condition as it is told."""

    number: int  # from 1
    title: str
    met: Met
    reason: Words  # the numbers behind it


def condition_lines(suggestion: Suggestion, zone: tzinfo) -> Iterator[Words]:
    """All five in their order where it is suggested; else first what fails, then what is unknown, then the rest."""
    told = _conditions(suggestion, zone)
    shown, rest = told, []
    if not suggestion.suggested:
        shown = [one for met in (Met.FAILED, Met.UNKNOWN) for one in told if one.met is met]
        rest = [one for one in told if one.met is Met.MET]
    for one in shown:
        yield words(strong(f"{one.number}  {one.title}: {one.met.value}. "), one.reason)
    if rest:
        which = _numbers([one.number for one in rest])
        yield words(strong(f"{which}: met. "), ", ".join(_lower(one.title) for one in rest))


def _conditions(suggestion: Suggestion, zone: tzinfo) -> list[_Told]:
    found = suggestion
    told = (
        ("Evidence", found.evidence.met, _evidence(found.evidence)),
        ("Material", found.material.met, _material(found.material)),
        ("Expected gain", found.gain.met, _gain(found.gain)),
        ("Agreement", found.agreement.met, _agreement(found.agreement)),
        ("No other cause", found.other_cause.met, _other_cause(found, zone)),
    )
    return [
        _Told(number=number, title=title, met=met, reason=reason)
        for number, (title, met, reason) in enumerate(told, start=1)
    ]


def _lower(title: str) -> str:
    return f"{title[:1].lower()}{title[1:]}"


def _numbers(found: Sequence[int]) -> str:
    """ "1 to 4", "1, 2 and 4"."""
    if len(found) > 2 and found[-1] - found[0] == len(found) - 1:
        return f"{found[0]} to {found[-1]}"
    return listed_names([str(number) for number in found])


def _evidence(found: Evidence) -> Words:
    if found.value is None:
        said_ = f"too few reviews to say ({found.reviewed:,})"
    else:
        low = "" if found.low is None else f", lower end {points(found.low)}"
        said_ = f"{points(found.value)} of 100 wrong{low}"
    target = "the route names no target" if found.target is None else f"target {points(found.target)}"
    return words(f"{said_}, {target}", ", more than before beyond chance" if found.crossed else "")


def _material(found: Material) -> Words:
    corrections = counted(found.corrections, "correction")
    said_ = words(f"{corrections} after removing duplicates ({found.needed:,} needed)")
    if found.in_part is None:
        return said_
    return words(said_, f", {found.in_part:,} on ", name(found.part), f" ({found.part_needed:,})")


def _gain(found: Gain) -> Words:
    needed = "" if found.needed is None else f"; at least {_points(found.needed)} are needed"
    if found.rate is None:
        told = counted(found.runs, "training")
        runs = f"only {told} {'has' if found.runs == 1 else 'have'}" if found.runs else "no training has"
        return words(f"{runs} reported what it brought{needed}")
    worst = "" if found.worst is None else f", at worst {points(found.worst)}"
    more = "" if found.met is Met.MET else needed
    return words(f"to about {points(found.rate)} of 100{worst} (learning curve){more}")


def _points(value: float) -> str:
    """ "4.5 points"."""
    return f"{value * 100:.1f}".removesuffix(".0") + " points"


def _agreement(found: Agreement) -> Words:
    needed = f"({coefficient(found.needed)} needed)"
    if found.alpha is None:
        return words(f"too few answers with two opinions to say ({found.twice:,})")
    where = words(" on ", name(found.part)) if found.part.strip() else ()
    return words(f"α {coefficient(found.alpha)}", where, f" {needed}")


def _other_cause(suggestion: Suggestion, zone: tzinfo) -> Words:
    found, cure, part = suggestion.other_cause, suggestion.cure, suggestion.material.part
    told = [words(kind_words(cure))] if cure is not None and cure.change is None else []
    told += [_changed(one, part, zone, first=place == 0) for place, one in enumerate(found.changes[:CHANGES_NAMED])]
    return joined(told, "; ") if told else words(_unchanged(found, zone))


def _unchanged(found: OtherCause, zone: tzinfo) -> str:
    watched = listed_names([_WATCHED[one] for one in _WATCHED if one in found.watched])
    if not watched:
        return "nothing that an application can change is watched"
    since = f" since {numbers.long_day(found.unchanged_since, zone)}" if found.unchanged_since else ""
    return f"{watched} unchanged{since}"


def _changed(change: UpstreamChange, part: str, zone: tzinfo, *, first: bool) -> Words:
    """ "the page Card fees 2026 changed on 16 November; 22 of the 24 wrong answers on fees abroad go with it"."""
    what = words(f"{_KINDS.get(change.kind, 'the model')}")
    named = words(" ", name(change.name)) if change.name.strip() else ()
    where = words(" on ", name(part)) if part.strip() and first else ()
    whole = words(what, named, f" changed on {numbers.long_day(change.changed_at, zone)}")
    if not change.of:
        return whole
    verb = "goes" if change.wrong == 1 else "go"
    return words(whole, f"; {change.wrong:,} of the {counted(change.of, 'wrong answer')}", where, f" {verb} with it")


def _below(digest: Digest, zone: tzinfo) -> Iterator[Words | str]:
    """What is cheaper, and that it is looked at again."""
    suggestion = digest.suggestion
    if suggestion.suggested:
        return
    if suggestion.cure is not None:
        yield words("Cheaper cure first: ", cure_words(suggestion.cure, zone), " ")
    yield "Looked at again in next week's digest."


def _verbs(digest: Digest) -> Iterator[Element]:
    value = DigestValue(week=digest.week, route=digest.route).to_json()
    if not digest.suggestion.suggested:
        if wrong := len(digest.wrong_ids):
            answers = counted(wrong, "wrong answer")
            yield button(f"See {answers}", DigestAction.OUTPUTS, value, f"See the {answers}")
        return
    yield start_button(digest)
    yield button("See the dataset", DigestAction.RETRAIN_DATASET, value, "See the dataset first")
    yield button("Snooze", DigestAction.RETRAIN_SNOOZE, value, "Snooze for a week")
    yield button("Dismiss", DigestAction.RETRAIN_DISMISS, value, "Dismiss this suggestion, say why")


def started_message(
    digest: Digest,
    options: DigestOptions,
    *,
    by: str,
    name_of: str,
    at: datetime,
    rows: int,
    receivers: Sequence[Receiver] = (),
) -> SlackMessage:
    """The suggestion once a lead accepted it.

    Args:
        digest: whose suggestion it was.
        options: with the time zone for clients that cannot draw a date.
        by: Slack user id of the lead.
        name_of: the lead in plain words, for the fallback text.
        at: when.
        rows: of the dataset that was built; 0: not known any more.
        receivers: programs that are told of it.
    """
    what = words(f" Its dataset has {counted(rows, 'row')}.") if rows else ()
    when = clock.token(at, options.zone)
    blocks: list[Block] = [
        said(f"*Retraining accepted* by {mention(by)}, {when}.{mrkdwn(what)}"),
        grey(f"{_told_words(receivers)}; the dataset lies where it runs. Nothing goes live by itself"),
    ]
    text = escape(
        f"Retraining accepted by {bare(words(name(name_of)))}.{bare(what)} {_told_words(receivers)}. "
        "Nothing goes live by itself."
    )
    return SlackMessage(text=text, blocks=rendered(blocks, f"retrain.{digest.week}.started"))


def _told_words(receivers: Sequence[Receiver]) -> str:
    if not receivers:
        return "Whetstone tells no program of it, since its settings name none"
    return f"Whetstone {listed_names([_RECEIVERS[one] for one in receivers])} of its settings"


def closed_message(
    digest: Digest,
    options: DigestOptions,
    *,
    by: str,
    name_of: str,
    at: datetime,
    until: datetime | None,
    why: str = "",
) -> SlackMessage:
    """The suggestion once a lead snoozed or dismissed it: without buttons.

    Args:
        digest: whose suggestion it was.
        options: with the time zone of its dates.
        by: Slack user id of the lead.
        name_of: the lead in plain words, for the fallback text.
        at: when.
        until: until when it is snoozed; None: dismissed.
        why: the reason, in the form's words, and what was written beside it. Untrusted text.
    """
    route = name(route_words(digest.route))
    did = "dismissed" if until is None else f"snoozed until {numbers.long_day(until, options.zone)}"
    head = words("Retraining of ", route, f" {did}")
    reason = words(" ", name(why, 300)) if why.strip() else ()
    first = said(f"*{mrkdwn(head)}* by {mention(by)}, {clock.token(at, options.zone)}.{mrkdwn(reason)}")
    text = escape(f"{bare(head)} by {bare(words(name(name_of)))}.{bare(reason)}")
    return SlackMessage(text=text, blocks=rendered([first], f"retrain.{digest.week}.closed"))
