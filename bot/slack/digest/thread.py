"""The messages below a digest, one for each of its details. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from slackblocks import Block, RichTextList

from bot.slack.digest.alt import alt_of, title_of
from bot.slack.digest.blocks import paragraph
from bot.slack.digest.charts import picture_blocks
from bot.slack.digest.details import Detail, details
from bot.slack.digest.options import DigestOptions
from bot.slack.digest.runs import bare, elements, mrkdwn
from bot.slack.digest.spoken import fitted
from bot.slack.wire import SlackMessage, grey, rendered, rich, section, table
from reviewers.model.digest import Digest


def thread_messages(digest: Digest, options: DigestOptions) -> tuple[SlackMessage, ...]:
    """Draw them in the order in which they are posted; nothing without traffic.

    The suggestion to retrain is a message of its own: `suggestion.retraining_message`.
    """
    return tuple(detail_message(detail, digest, options) for detail in details(digest, options))


def detail_message(detail: Detail, digest: Digest, options: DigestOptions) -> SlackMessage:
    """Draw one of them."""
    text = fitted(spoken_detail(detail, digest))
    return SlackMessage(
        text=text, blocks=rendered(list(_blocks(detail, digest, options)), f"{digest.week}.{detail.key}")
    )


def _blocks(detail: Detail, digest: Digest, options: DigestOptions) -> Iterator[Block]:
    yield paragraph(detail.title, detail.lead)
    if detail.table:
        yield table(detail.table)
    if detail.lines:
        yield rich(RichTextList("bullet", [section(elements(line)) for line in detail.lines], offset=None, border=None))
    if detail.picture is not None:
        yield from picture_blocks(detail.picture, digest, options)
    if detail.grey:
        yield grey(mrkdwn(detail.grey))


def spoken_detail(detail: Detail, digest: Digest) -> Iterator[str]:
    """The same in plain words, row by row."""
    title = detail.title if detail.title.endswith("?") else f"{detail.title}."
    yield title
    if detail.lead:
        yield bare(detail.lead).replace("α", "alpha")
    heading, *rows = detail.table or ((),)
    for label, *cells in rows:
        told = [f"{name} {value}" for name, value in zip(heading[1:], cells, strict=True) if value]
        yield f"{label}: {', '.join(told)}."
    for line in detail.lines:
        yield f"{bare(line).replace('α', 'alpha')}."
    if detail.picture is not None:
        yield f"{title_of(detail.picture, digest)}."
        yield alt_of(detail.picture, digest)
    if detail.grey:
        yield _sentence(bare(detail.grey).replace("  ·  ", "; "))


def _sentence(words: str) -> str:
    return words if words.endswith(".") else f"{words}."
