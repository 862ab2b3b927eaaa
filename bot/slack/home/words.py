"""Rows of what waits, and their words: what was asked, when it is due, how long it takes to read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from slackblocks import RichTextElement

from bot.slack import clock
from bot.slack.cards.drawing import is_waited_for
from bot.slack.cards.options import CardOptions
from bot.slack.text import counted, one_line, quiet, shortened
from bot.slack.wire import plain, symbol
from reviewers.model import Output, TaskView

QUESTION_LENGTH = 60
WORDS_A_MINUTE = 220  # of silent reading; our choice, a little under what adults read (Brysbaert, 2019: 238)
LETTERS_A_WORD = 6  # with its blank; writing without blanks is counted by it


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One line of a queue: an answer, or the short answers that share a card."""

    views: tuple[TaskView, ...]

    @property
    def first(self) -> TaskView:
        """Where the row leads to."""
        return self.views[0]

    @property
    def due_at(self) -> datetime | None:
        """When the first of them is due."""
        return min((view.task.due_at for view in self.views if view.task.due_at), default=None)

    @property
    def title(self) -> str:
        """What was asked, as it was written; untrusted."""
        if len(self.views) > 1:
            return f"{len(self.views)} short answers"
        return self.first.output.question.strip() or self.first.output.completion

    @property
    def minutes(self) -> int:
        """How long reading takes."""
        return minutes_to_read(view.output for view in self.views)


def rows_of(views: Sequence[TaskView]) -> list[Row]:
    """The rows, in the order of their first answers."""
    shared: dict[str, list[TaskView]] = {}
    for view in views:
        shared.setdefault(view.task.batch_id or view.task.task_id, []).append(view)
    return [Row(views=tuple(found)) for found in shared.values()]


def minutes_to_read(outputs: Iterable[Output]) -> int:
    """Words of questions and answers at 220 a minute, at least 1."""
    words = sum(_words(output.question) + _words(output.completion) for output in outputs)
    return max(1, round(words / WORDS_A_MINUTE))


def _words(text: str) -> int:
    return max(len(text.split()), len(text) // LETTERS_A_WORD)


def title_quiet(row: Row) -> str:
    """The row's title for mrkdwn."""
    return quiet(row.title, QUESTION_LENGTH)


def title_plain(row: Row) -> str:
    """The row's title for rich text and for fallback texts."""
    return shortened(one_line(row.title), QUESTION_LENGTH)


def state_words(row: Row, display: CardOptions, now: datetime) -> str:
    """The second line of a row on Home, in mrkdwn."""
    if is_waited_for(row.first):
        until = f", until {token(row.due_at, display, now)}" if row.due_at else ""
        return f":hourglass_flowing_sand: {waiter(display)} waiting{until}"
    return f"{due_words(row.due_at, display, now)}  ·  {counted(row.minutes, 'minute')} to read"


def waiter(display: CardOptions) -> str:
    """Who waits for held answers, inside a sentence and safe for mrkdwn."""
    return quiet(display.waiting.who[:1].lower() + display.waiting.who[1:], 40)


def due_words(moment: datetime | None, display: CardOptions, now: datetime) -> str:
    """ "due 17:00", "due tomorrow 12:00", "past due since 9:00", in mrkdwn."""
    if moment is None:
        return "no due time"
    return f"{_before(moment, display, now)} {token(moment, display, now)}"


def due_sentence(moment: datetime, display: CardOptions, now: datetime) -> str:
    """The same inside a sentence: "due at 17:00", "due tomorrow at 12:00"."""
    days = (moment.astimezone(display.zone).date() - now.astimezone(display.zone).date()).days
    at = "at " if moment > now and days <= 1 else ""
    return f"{_before(moment, display, now)} {at}{token(moment, display, now)}"


def token(moment: datetime, display: CardOptions, now: datetime) -> str:
    """The moment in mrkdwn, with the day where it is neither today nor tomorrow."""
    return clock.token(moment, display.zone, seen_on=_seen_on(moment, display, now))


def due_elements(row: Row, display: CardOptions, now: datetime) -> list[RichTextElement]:
    """The same in rich text, for lists: "⏳ until 14:12"."""
    due_at = row.due_at
    if is_waited_for(row.first):
        wait: list[RichTextElement] = [symbol("hourglass_flowing_sand")]
        return [*wait, plain(" until "), _element(due_at, display, now)] if due_at else wait
    if due_at is None:
        return [plain("no due time")]
    return [plain(f"{_before(due_at, display, now)} "), _element(due_at, display, now)]


def due_spoken(row: Row, display: CardOptions, now: datetime) -> str:
    """The same for fallback texts: "Until 14:12, customer waiting"."""
    due_at = row.due_at
    if is_waited_for(row.first):
        who = display.waiting.who[:1].lower() + display.waiting.who[1:]
        return f"Until {_spoken(due_at, display, now)}, {who} waiting" if due_at else f"{display.waiting.who} waiting"
    if due_at is None:
        return "No due time"
    words = f"{_before(due_at, display, now)} {_spoken(due_at, display, now)}"
    return words[:1].upper() + words[1:]


def waits(count: int, more: bool) -> str:
    """ "3 answers wait"; "More than 80 answers wait" where they were not all counted."""
    if more:
        return f"More than {counted(count, 'answer')} wait"
    return f"{counted(count, 'answer')} {'waits' if count == 1 else 'wait'}"


def _before(moment: datetime, display: CardOptions, now: datetime) -> str:
    if moment <= now:
        return "past due since"
    return "due tomorrow" if _is_tomorrow(moment, display, now) else "due"


def _is_tomorrow(moment: datetime, display: CardOptions, now: datetime) -> bool:
    tomorrow = now.astimezone(display.zone).date() + timedelta(days=1)
    return moment.astimezone(display.zone).date() == tomorrow


def _seen_on(moment: datetime, display: CardOptions, now: datetime) -> datetime | None:
    return None if _is_tomorrow(moment, display, now) else now


def _element(moment: datetime, display: CardOptions, now: datetime) -> RichTextElement:
    return clock.element(moment, display.zone, seen_on=_seen_on(moment, display, now))


def _spoken(moment: datetime, display: CardOptions, now: datetime) -> str:
    return clock.words(moment, display.zone, seen_on=_seen_on(moment, display, now))
