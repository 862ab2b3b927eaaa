"""The view of a digest: the wrong answers behind "See n wrong answers". Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from slackblocks import Block, Element

from bot.slack.cards.decided import outcome_line
from bot.slack.cards.options import CardOptions
from bot.slack.cards.parts import question_block
from bot.slack.digest.ids import DigestAction, DigestValue
from bot.slack.digest.lead import route_words
from bot.slack.digest.numbers import week_number
from bot.slack.digest.runs import Run, mrkdwn, name, words
from bot.slack.ids import CallbackId
from bot.slack.text import counted, link_address, one_line, shortened
from bot.slack.wire import Wire, button, grey, modal, plain, quote_bar, rich, row, said
from reviewers.decisions.consensus import live
from reviewers.model import TaskView
from reviewers.model.digest import Digest

PAGE = 10  # answers
ANSWER_LENGTH = 280


def pages_of(digest: Digest) -> int:
    """How many pages the wrong answers fill; at least one."""
    return max(1, -(-len(digest.wrong_ids) // PAGE))


def on_page(digest: Digest, page: int) -> tuple[str, ...]:
    """The ids of the outputs that this page shows; a page behind the end is the last one."""
    first = min(max(page, 0), pages_of(digest) - 1) * PAGE
    return digest.wrong_ids[first : first + PAGE]


def wrong_outputs_view(
    digest: Digest, views: Sequence[TaskView], *, page: int, links: Mapping[str, str], display: CardOptions
) -> Wire:
    """What people found wrong in that week, ten on a page: question, answer, verdict and the way to the card.

    Args:
        digest: of that week.
        views: the tasks of `on_page(digest, page)` as they stand now; one that is gone is left out.
        page: from 0.
        links: address of the card by the task's id, where it is known.
        display: the settings of the surfaces.
    """
    page = min(max(page, 0), pages_of(digest) - 1)
    wrong = counted(len(digest.wrong_ids), "wrong answer")
    head = words(name(route_words(digest.route)), f", week {week_number(digest.week)}: {wrong}")
    blocks: list[Block] = [said(f"*{mrkdwn(head)}*")]
    for view in views:
        blocks += _one(view, links.get(view.task.task_id, ""), display)
    if len(views) < len(on_page(digest, page)):
        blocks.append(grey(f"{len(on_page(digest, page)) - len(views)} of them are not kept any more"))
    if pages_of(digest) > 1:
        blocks += [grey(f"Page {page + 1} of {pages_of(digest)}"), row("digest.pages", list(_pages(digest, page)))]
    return modal(
        "Wrong answers",
        blocks,
        callback_id=CallbackId.NOTHING,
        private_metadata=DigestValue(week=digest.week, route=digest.route, page=page).to_json(),
        close="Close",
        tag=f"wrong.{page}",
    )


def _one(view: TaskView, link: str, display: CardOptions) -> Iterator[Block]:
    yield question_block(view.output)
    answer = shortened(one_line(view.output.completion), ANSWER_LENGTH) or "(The answer is empty.)"
    yield rich(quote_bar([plain(answer)]))
    number = mrkdwn(words(Run(text=f"#{view.task.number}", link=link_address(link))))
    resolution = live(view.resolution)
    decided = outcome_line(view, resolution, display) if resolution is not None else "*Open again*"
    yield grey(f"{decided}  ·  {number}")


def _pages(digest: Digest, page: int) -> Iterator[Element]:
    def value(other: int) -> str:
        return DigestValue(week=digest.week, route=digest.route, page=other).to_json()

    if page:
        yield button("Back", DigestAction.OUTPUTS_BACK, value(page - 1), "The page before")
    if page < pages_of(digest) - 1:
        yield button("Next", DigestAction.OUTPUTS_NEXT, value(page + 1), "The next page")
