"""The message of one route's week: drift, quiet, too few reviews, or no answers. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from slackblocks import Block, Element

from bot.slack.digest.blocks import DOT, bullets, listed
from bot.slack.digest.charts import bars, picture_blocks
from bot.slack.digest.findings import MOVED, example_words, examples_of, left_out_words, moved_lines, summary, too_few
from bot.slack.digest.heard import Heard, heard
from bot.slack.digest.ids import DigestAction, DigestValue
from bot.slack.digest.lead import (
    NOTHING_ELSE,
    cure_words,
    first_sentence,
    grey_words,
    late_words,
    nothing_said,
    route_words,
    title,
)
from bot.slack.digest.numbers import week_number
from bot.slack.digest.options import DigestOptions, Picture
from bot.slack.digest.runs import mrkdwn, name, strong, words
from bot.slack.digest.spoken import spoken
from bot.slack.digest.verbs import start_button
from bot.slack.text import counted, escape, link_address
from bot.slack.values import NamedValue
from bot.slack.wire import SlackMessage, button, grey, header, rendered, row, said
from reviewers.model.digest import Aspect, Digest, Headline, State

HEADER_LENGTH = 150


def digest_message(digest: Digest, options: DigestOptions) -> SlackMessage:
    """Draw the digest of a week.

    Args:
        digest: what the week came to.
        options: zone, uploaded pictures, and what people asked to leave out.

    Returns:
        At most 50 blocks and 10,000 characters, and a text that is a full digest in plain words. A week in which
        nothing moved, or nothing but what people asked to leave out, has one sentence and a grey line, no header or
        picture, and no button but that of a training that is suggested all the same.
    """
    told = heard(digest, options)
    if told.digest.headline is Headline.NO_TRAFFIC:
        blocks: list[Block] = [said(_calm_sentence(told, options))]
        blocks += [grey(escape(late))] if (late := late_words(options)) else []
    elif told.digest.headline is Headline.TOO_FEW:
        blocks = _too_few(digest, told, options)
    elif told.digest.headline is Headline.NOTHING_MOVED:
        blocks = [said(_calm_sentence(told, options))]
        if told.nothing_else and digest.suggestion.suggested:
            blocks.append(row("digest.verbs", [start_button(digest)]))
        blocks.append(grey(DOT.join(_calm_grey(told.digest, options))))
    else:
        blocks = list(_drift(digest, told, options))
    return SlackMessage(text=spoken(digest, options), blocks=rendered(blocks, f"digest.{digest.week}"))


def _calm_sentence(told: Heard, options: DigestOptions) -> str:
    digest = told.digest
    what = NOTHING_ELSE if told.nothing_else else digest.headline.value
    head = words(name(route_words(digest.route)), f", week {week_number(digest.week)}: {what}.")
    sentence = mrkdwn(first_sentence(digest, options.zone, compares=told.compares))
    return " ".join(filter(None, [f"*{mrkdwn(head)}*", sentence, left_out_words(told.left_out)]))


def _calm_grey(digest: Digest, options: DigestOptions) -> Iterator[str]:
    yield mrkdwn(grey_words(digest, options.zone)[0])
    yield corrections_words(digest)
    parts = [one for one in digest.findings if one.aspect is Aspect.WRONG]
    if few := too_few(parts):
        yield mrkdwn(words("too few to say: ", few))
    if options.threaded:
        yield "details in the thread"
    if late := late_words(options):
        yield escape(late)


def corrections_words(digest: Digest) -> str:
    """ "14 corrections collected, 182 of 200 for a dataset"."""
    found = digest.corrections
    collected = f"{counted(found.week, 'correction')} collected"
    if found.since_last >= found.needed:
        return f"{collected}, {found.since_last:,} wait, enough for a dataset"
    return f"{collected}, {found.since_last:,} of {found.needed:,} for a dataset"


def _too_few(digest: Digest, told: Heard, options: DigestOptions) -> list[Block]:
    route = route_words(digest.route)
    value = NamedValue(name=digest.route).to_json()
    verbs: list[Element] = [
        *([start_button(digest)] if told.left_out and digest.suggestion.suggested else []),
        button("See the queue", DigestAction.QUEUE, value, f"See the queue of {route}"),
        button("Change the budget", DigestAction.BUDGET, value, f"Change the review budget of {route}"),
    ]
    moved = _lists(told.digest)
    below = DOT.join(filter(None, [nothing_said(digest), escape(late_words(options))]))
    return [said(_calm_sentence(told, options)), row("digest.few", verbs), *moved, grey(below)]


def _drift(digest: Digest, told: Heard, options: DigestOptions) -> Iterator[Block]:
    rest = told.digest
    yield header(_header(rest))
    yield said(mrkdwn(first_sentence(rest, options.zone, compares=told.compares)))
    if rest.cure is not None:
        yield said(mrkdwn(words(strong("Do first:"), " ", cure_words(rest.cure, options.zone))))
    yield row("digest.verbs", list(_verbs(digest)))
    if not options.short:
        yield from picture_blocks(Picture.ERROR_RATE, rest, options)
        yield from bars(rest) if options.native_bars else picture_blocks(Picture.MOVED, rest, options)
        yield from _lists(rest)
        calm = summary(rest.findings, digest, told.left_out)
        thread = "Details in the thread." if options.threaded else ""
        if calm or thread:
            yield said(mrkdwn(words(calm, " " if calm and thread else "", thread)))
    grey_parts = [mrkdwn(part) for part in grey_words(digest, options.zone)]
    if late := late_words(options):
        grey_parts.append(escape(late))
    guide = link_address(options.guide)
    if options.short and told.left_out:
        grey_parts.append(left_out_words(told.left_out).removesuffix("."))
    if options.short and options.threaded:
        grey_parts.append("details in the thread")
    if guide:
        grey_parts.append(f"<{escape(guide)}|how to read this>")
    yield grey(DOT.join(grey_parts))


def _header(digest: Digest) -> str:
    return title(digest)[:HEADER_LENGTH]


def _verbs(digest: Digest) -> Iterator[Element]:
    value = DigestValue(week=digest.week, route=digest.route).to_json()
    week = week_number(digest.week)
    if digest.suggestion.suggested:
        yield start_button(digest)
    if wrong := len(digest.wrong_ids):
        answers = counted(wrong, "wrong answer")
        yield button(f"See {answers}", DigestAction.OUTPUTS, value, f"See the {answers} of week {week}")
    if digest.corrections.since_last:
        spoken_ = f"Build a correction dataset from the corrections up to week {week}"
        yield button("Build dataset", DigestAction.DATASET, value, spoken_)
    yield button("Snooze", DigestAction.SNOOZE, value, "Snooze this finding for a week")
    yield button("Not useful", DigestAction.NOT_USEFUL, value, "This digest was not useful, say why")


def _lists(digest: Digest) -> Iterator[Block]:
    """What moved, and three outputs that show it."""
    drifted = digest.of(State.DRIFT)
    if not drifted:
        return
    yield listed("What moved", moved_lines(drifted), more=len(drifted) - MOVED)
    if examples := examples_of(drifted):
        yield bullets("Examples", [example_words(one) for one in examples])
