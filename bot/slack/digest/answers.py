"""What is said between digests: the answer to `/whetstone drift`, the alert, and what follows a button. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from slackblocks import Block

from bot.slack import clock
from bot.slack.digest import numbers
from bot.slack.digest.blocks import DOT, listed
from bot.slack.digest.findings import line_of, text_of, where_words
from bot.slack.digest.ids import DigestAction, DigestValue, WhyNot
from bot.slack.digest.lead import first_sentence, grey_words, nothing_said, route_words
from bot.slack.digest.options import DigestOptions
from bot.slack.digest.runs import Words, bare, bolded, mrkdwn, name, strong, words
from bot.slack.digest.spoken import all_findings, fitted
from bot.slack.text import counted, escape, mention
from bot.slack.wire import SlackMessage, button, grey, rendered, row, said
from reviewers.decisions import weeks
from reviewers.model.digest import Digest, Finding, Headline, State
from reviewers.model.telling import DigestAnswer, DigestAnswerKind

_CLOSED = {
    DigestAnswerKind.ACCEPTED: "accepted",
    DigestAnswerKind.POSTPONED: "snoozed",
    DigestAnswerKind.DISMISSED: "dismissed",
}
EARLY = "The week is not over: what is looked at often moves by chance now and then. Its digest decides."
ROWS = 10  # of each state; then "3 more"
_HEADINGS = {State.DRIFT: "What moved", State.STABLE: "No change", State.INSUFFICIENT: "Too few to say"}
_THANKS = {
    WhyNot.KNOWN: "What you chose is not told again while it stays as it is.",
    WhyNot.NOT_IMPORTANT: "What you chose is not told any more; the thread still has it.",
    WhyNot.NOT_TRUE: "The leads can read it; it changes nothing by itself.",
    WhyNot.TOO_LONG: "Once two people find so, the digest is short and the rest is in its thread; who gives another "
    "reason later takes it back.",
}


def drift_message(
    digest: Digest, options: DigestOptions, *, running: Digest | None = None, shown_by: str = ""
) -> SlackMessage:
    """The answer to `/whetstone drift`: all comparisons in all three states.

    Args:
        digest: of the week that runs, or of the last one.
        options: with the time zone of its dates.
        running: of the week that runs, where it has too little to compare yet and the last one is told instead.
        shown_by: Slack user id of whoever shows it in the channel; empty: only the person who asked sees it.
    """
    so_far = weeks.runs(digest.week, digest.current, options.zone)
    week = f"week {numbers.week_number(digest.week)}{' so far' * so_far}"
    head = words(name(route_words(digest.route)), f", {week}: {digest.headline.value}.")
    sentence = first_sentence(digest, options.zone)
    blocks: list[Block] = [said(f"*{mrkdwn(head)}* {mrkdwn(sentence)}"), *_states(digest)]
    if digest.headline is Headline.TOO_FEW:
        blocks.append(grey(nothing_said(digest)))
    notes = [*([EARLY] if so_far else []), *([_running_words(running)] if running else [])]
    if notes:
        blocks.append(grey(" ".join(notes)))
    below = [mrkdwn(part) for part in grey_words(digest, options.zone)]
    blocks.append(grey(DOT.join([*below, *([f"shown by {mention(shown_by)}"] if shown_by else [])])))
    if not shown_by:
        until = digest.current.end if so_far else None
        value = DigestValue(week=digest.week, route=digest.route, until=until).to_json()
        spoken = "Show these comparisons in the channel"
        blocks.append(row("digest.show", [button("Show in channel", DigestAction.SHOW_DRIFT, value, spoken)]))
    text = fitted([bare(head), bare(sentence), *_spoken_states(digest), *notes])
    return SlackMessage(text=text, blocks=rendered(blocks, f"drift.{digest.week}"))


def _running_words(running: Digest) -> str:
    """ "Week 48 so far: 9 of 40 answers reviewed, too few to compare."."""
    number = numbers.week_number(running.week)
    if not running.outputs:
        return f"Week {number} so far: no answers."
    reviewed = f"{running.reviewed:,} of {counted(running.outputs, 'answer')} reviewed"
    return f"Week {number} so far: {reviewed}, too few to compare."


def _states(digest: Digest) -> Iterator[Block]:
    for state, heading in _HEADINGS.items():
        found = digest.of(state)
        if found:
            yield listed(heading, [line_of(one) for one in found[:ROWS]], more=len(found) - ROWS)


def _spoken_states(digest: Digest) -> Iterator[str]:
    for state, heading in _HEADINGS.items():
        if found := all_findings(digest, state):
            yield f"{heading}: {' '.join(found)}"


def no_digest_message(route: str, *, week: str = "", first_at: datetime | None, options: DigestOptions) -> SlackMessage:
    """There is no digest of that week, or none yet.

    Args:
        route: its name; empty: the policy's own.
        week: what was asked for, such as "2026-W47"; empty: the last one.
        first_at: when the next one comes; None: none is planned.
        options: with the time zone of the date.
    """
    of_week = words(" of week ", name(numbers.week_number(week), 12)) if week else ()
    head = words("There is no digest", of_week, " of ", name(route_words(route)), ".")
    then = f" The next one comes on {numbers.long_day(first_at, options.zone)}." if first_at else ""
    return _told(bolded(head), words(then), "digest.none")


def alert_message(finding: Finding, route: str, options: DigestOptions, *, reviews: int, years: float) -> SlackMessage:
    """What leads read at once when the watch over verdicts is sure: before Monday, and only once.

    Args:
        finding: of wrong answers, with the day since when.
        route: its name; empty: the policy's own.
        options: with the time zone of its dates.
        reviews: after how many since the change it was found and confirmed.
        years: how often it would come by chance: once in so many.
    """
    more = "more" if (finding.effect or 0.0) >= 0 else "fewer"
    since = f" since {numbers.long_day(finding.since, options.zone)}" if finding.since else ""
    head = words(name(route_words(route)), f": {more} wrong answers{since}.")
    where = words(" The change is in ", where_words(finding), ":") if finding.name else ()
    tail = words(where, f" {text_of(finding)}.")
    below = (
        f"Found after {counted(reviews, 'review')} and confirmed by the next ones. Where nothing changes, such a "
        f"message comes about once in {years:g} years."
    )
    blocks: list[Block] = [said(f"*{mrkdwn(head)}*{mrkdwn(tail)}"), grey(below)]
    return SlackMessage(text=fitted([bare(head), bare(tail).strip(), below]), blocks=rendered(blocks, "digest.alert"))


def snoozed_message(route: str, until: datetime, options: DigestOptions) -> SlackMessage:
    """Snooze was pressed; only that person sees it."""
    head = words(strong(f"Snoozed until {numbers.long_day(until, options.zone)}."))
    return _told(head, words(" What moved in ", name(route_words(route)), " is told again then."), "digest.snoozed")


def noted_message(why: WhyNot) -> SlackMessage:
    """The form was sent; says what it changes."""
    return _told(words(strong("Noted.")), words(f" {_THANKS[why]}"), "digest.noted")


def building_message(digest: Digest, format: str) -> SlackMessage:
    """A dataset is being built, as that person reads at once; `dataset_message` follows."""
    until = f"up to the end of week {numbers.week_number(digest.week)}, format {format}."
    what = words(" What was decided on ", name(route_words(digest.route)), f" {until}")
    then = " You read here when it is there; where many answers were reviewed, that takes minutes."
    return _told(words(strong("The dataset is being built.")), words(what, then), "digest.building")


def dataset_message(file: str, format: str, rows: int) -> SlackMessage:
    """A dataset was built; only that person sees it.

    Args:
        file: name of the data; where the folder of Whetstone's data lies is nobody's business in a channel.
        format: that a trainer reads.
        rows: how many it has.
    """
    head = words(strong(f"The dataset is built: {counted(rows, 'row')}, format {format}."))
    then = words(" It lies where Whetstone runs, in the folder datasets of its data: ", name(file, 300), ".")
    return _told(head, then, "digest.dataset")


def faster_message(answer: DigestAnswer, options: DigestOptions) -> SlackMessage:
    """Somebody else had decided on the suggestion before; only that person sees it."""
    did = _CLOSED[answer.kind]
    head = f"*Decided before you: {did} by {mention(answer.by)}, {clock.token(answer.at, options.zone)}.*"
    text = f"Decided before you: {did}. Nothing was changed."
    return SlackMessage(text=text, blocks=rendered([said(f"{head} Nothing was changed.")], "digest.faster"))


def _told(head: Words, then: Words, tag: str) -> SlackMessage:
    whole = words(head, then)
    return SlackMessage(text=escape(bare(whole)), blocks=rendered([said(mrkdwn(whole))], tag))
