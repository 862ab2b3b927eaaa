"""Several routes in which nothing moved share one message. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from slackblocks import Block, RichTextList

from bot.slack.digest.blocks import DOT
from bot.slack.digest.lead import CALM, first_sentence, late_words, period_words, route_words
from bot.slack.digest.numbers import week_number
from bot.slack.digest.options import DigestOptions
from bot.slack.digest.runs import Words, bare, bold_name, elements, joined, mrkdwn, name, strong, words
from bot.slack.digest.spoken import fitted, spoken_late
from bot.slack.wire import SlackMessage, grey, rendered, rich, said, section
from reviewers.model.digest import Digest, Headline

NAMED = 10  # routes; then "3 more"


@dataclass(frozen=True, kw_only=True, slots=True)
class Apart:
    """The digests of a week: which have a message of their own, and which share one."""

    own: tuple[Digest, ...]
    shared: tuple[Digest, ...]  # none, or at least two


def apart(digests: Sequence[Digest]) -> Apart:
    """One message for each route with a finding or with too few reviews; the calm ones share one.

    A single calm route keeps its own message, which is one line anyway.
    """
    calm = tuple(one for one in digests if one.headline in CALM)
    if len(calm) < 2:
        return Apart(own=tuple(digests), shared=())
    return Apart(own=tuple(one for one in digests if one.headline not in CALM), shared=calm)


def calm_message(digests: Sequence[Digest], options: DigestOptions) -> SlackMessage:
    """Draw it: "*Nothing moved* in Loans, Accounts and Complaints.", and the rate of each.

    Args:
        digests: of one week, at least one; all of `apart`'s shared ones.
        options: with the time zone of the team.
    """
    first = digests[0]
    sentences = list(_sentences(digests))
    items = [_item(one, options) for one in digests[:NAMED]]
    if len(digests) > NAMED:
        items.append(words(f"{len(digests) - NAMED} more"))
    listed = RichTextList("bullet", [section(elements(item)) for item in items], offset=None, border=None)
    head = [said(" ".join(f"*{mrkdwn(words(lead))}* {mrkdwn(rest)}" for lead, rest in sentences))]
    late = late_words(options)
    when = words(
        f"Week {week_number(first.week)}{DOT}", period_words(first, options.zone), f"{DOT}{late}" if late else ""
    )
    blocks: list[Block] = [*head, rich(listed), grey(mrkdwn(when))]
    told = [
        f"Week {week_number(first.week)}.",
        *(f"{lead} {bare(rest)}" for lead, rest in sentences),
        *map(bare, items),
        *filter(None, [spoken_late(options)]),
    ]
    return SlackMessage(text=fitted(told), blocks=rendered(blocks, f"digest.{first.week}.calm"))


def _sentences(digests: Sequence[Digest]) -> Iterator[tuple[str, Words]]:
    for headline, lead in ((Headline.NOTHING_MOVED, "Nothing moved"), (Headline.NO_TRAFFIC, "No answers came in")):
        routes = [words(name(route_words(one.route))) for one in digests if one.headline is headline]
        if routes:
            shown = routes[:NAMED]
            if len(routes) > NAMED:
                shown.append(words(f"{len(routes) - NAMED} more"))
            yield lead, words("in ", joined(shown, ", ", " and "), ".")


def _item(digest: Digest, options: DigestOptions) -> Words:
    return words(bold_name(route_words(digest.route)), strong(": "), first_sentence(digest, options.zone))
