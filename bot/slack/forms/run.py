"""The review run: one answer after the other in one window, with Undo; each verdict is recorded as it is pressed.

What the run did so far is carried in the window itself (`private_metadata`, 3,000 characters): a restart of ours ends
no run, and two runs of one person know nothing of each other.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from statistics import median

from slackblocks import Block, OverflowMenu

from bot.slack.cards.budget import within_budget
from bot.slack.cards.dispute import sides_block
from bot.slack.cards.options import CardOptions
from bot.slack.cards.parts import menu
from bot.slack.cards.waiting import VerbActions, layout_of, opened, verbs, why_here
from bot.slack.ids import ActionId, CallbackId, MenuChoice
from bot.slack.text import counted, quiet
from bot.slack.values import ButtonValue
from bot.slack.wire import Wire, button, confirmed, grey, modal, rendered, row, said
from reviewers.errors import Invalid
from reviewers.model import TaskState, TaskView, VerdictKind

TOO_FAST_SECONDS = 0.5  # a press so soon after an answer was drawn was meant for the one before it
SKIPPED = 25  # remembered in one run; the first of more comes again
TIMES = 120  # seconds for one, remembered for the median
COUNTED = 100  # beyond it the title says "100+"

IN_RUN = VerbActions(
    approve=ActionId.RUN_APPROVE,
    edit=ActionId.RUN_EDIT,
    reject=ActionId.RUN_REJECT,
    unsure=ActionId.RUN_UNSURE,
    check=ActionId.RUN_CHECK,
    read_all=ActionId.RUN_CHECK,
    full=ActionId.RUN_CHECK,
)
_PAST = {
    VerdictKind.APPROVE: (":white_check_mark:", "approved"),
    VerdictKind.EDIT: (":pencil2:", "edited"),
    VerdictKind.REJECT: (":x:", "rejected"),
    VerdictKind.UNSURE: (":question:", "unsure"),
}
_MENU = (MenuChoice.SKIP, MenuChoice.WHY, MenuChoice.FULL)


@dataclass(frozen=True, kw_only=True, slots=True)
class LastOne:
    """The answer before this one."""

    task_id: str
    number: int
    kind: VerdictKind
    sent: bool = False  # its release was final with this verdict: Undo recalls it


@dataclass(frozen=True, kw_only=True, slots=True)
class RunState:
    """What one run carries from answer to answer."""

    task_id: str = ""  # in the window now; empty at the end
    opened: float = 0.0  # when it was drawn, in seconds of the epoch
    started: float = 0.0
    done: Mapping[VerdictKind, int] = field(default_factory=dict)
    seconds: tuple[int, ...] = ()  # for each verdict
    skipped: tuple[str, ...] = ()  # task ids, the newest last
    last: LastOne | None = None
    settles: bool = False  # a lead's run over disputes

    def after(self, view: TaskView, kind: VerdictKind, now: datetime, *, sent: bool) -> RunState:
        """One more verdict."""
        spent = max(0, round(now.timestamp() - self.opened)) if self.opened else 0
        return replace(
            self,
            done={**self.done, kind: self.done.get(kind, 0) + 1},
            seconds=(*self.seconds, min(spent, 9999))[-TIMES:],
            last=LastOne(task_id=view.task.task_id, number=view.task.number, kind=kind, sent=sent),
        )

    def before(self) -> RunState:
        """The last verdict taken back."""
        if self.last is None:
            return self
        left = {kind: n - (kind is self.last.kind) for kind, n in self.done.items()}
        return replace(self, done=left, seconds=self.seconds[:-1], last=None)

    def skipping(self) -> RunState:
        """Past the answer in the window."""
        return replace(self, skipped=(*self.skipped, self.task_id)[-SKIPPED:], last=None)

    def to_json(self) -> str:
        """At most 3,000 characters."""
        last = self.last
        record = {
            "v": 1,
            "task": self.task_id,
            "opened": round(self.opened, 3),
            "started": round(self.started, 3),
            "done": {kind.value: n for kind, n in self.done.items() if n},
            "seconds": list(self.seconds),
            "skipped": list(self.skipped),
            "last": [last.task_id, last.number, last.kind.value, last.sent] if last else None,
            "settles": self.settles,
        }
        return json.dumps(record, separators=(",", ":"))

    @classmethod
    def parse(cls, raw: str | None) -> RunState:
        """Read it back. Raises Invalid (field `value`) with a sentence for the person."""
        try:
            record = json.loads(raw or "")
            last = record["last"]
            return cls(
                task_id=str(record["task"]),
                opened=float(record["opened"]),
                started=float(record["started"]),
                done={VerdictKind(kind): int(n) for kind, n in record["done"].items()},
                seconds=tuple(int(n) for n in record["seconds"]),
                skipped=tuple(str(name) for name in record["skipped"]),
                last=LastOne(task_id=str(last[0]), number=int(last[1]), kind=VerdictKind(last[2]), sent=bool(last[3]))
                if last
                else None,
                settles=record["settles"] is True,
            )
        except (ValueError, KeyError, TypeError, IndexError, AttributeError):
            words = "This window was made by another version of Whetstone. Close it and press Review next."
            raise Invalid("value", words) from None


def run_view(view: TaskView, state: RunState, *, left: int, display: CardOptions, told: str = "") -> Wire:
    """The window with one answer.

    Args:
        view: the answer.
        state: the run so far; its `task_id` is the answer's.
        left: answers that wait for this person, this one among them; from 101 on the title says "100+".
        display: the settings of the surfaces.
        told: a sentence about the answer before it, when something else became of it than was pressed.
    """
    card = opened(view, display)
    layout = layout_of(card)
    disputed = view.task.state is TaskState.DISPUTED
    top = [*_before(state, told), *([said(":scales: *Reviewers differ.* You decide.")] if disputed else [])]
    middle = [*layout.middle, *([sides_block(view, display)] if disputed else [])]
    row_ = [*verbs(card, settles=disputed, actions=IN_RUN), _menu(view)]
    bottom = [row(f"run.{view.task.number}", row_), grey(why_here(card))]
    blocks = within_budget(
        replace(layout, top=[*top, *layout.top], middle=middle, bottom=bottom), f"run{view.task.number}"
    )
    count = f"{left}" if left <= COUNTED else f"{COUNTED}+"
    title = "Decide" if disputed else "Review"
    return _window(f"{title}, {count} left", blocks, state, close="Stop")


def finished_view(state: RunState, *, now: datetime, told: str = "") -> Wire:
    """Nothing is left: what the run came to, and Undo for the last one."""
    total = sum(state.done.values())
    if not total:
        words = "*Nothing to review.* New answers come to the review channel; Home shows what waits for you."
        blocks: list[Block] = [*_before(state, told), said(words)]
        return _window("Review", rendered(blocks, "run"), replace(state, task_id=""), close="Close")
    counts = [f"{n} {_PAST[kind][1]}" for kind in _PAST if (n := state.done.get(kind, 0))]
    words = f"*Nothing left for you.* {total} reviewed: {', '.join(counts)}."
    minutes = max(1, round((now.timestamp() - state.started) / 60))
    timing = f"{counted(minutes, 'minute')} in all, {median(state.seconds):.0f} s for one (median)"
    blocks = [*_before(state, told), said(words), grey(timing)]
    return _window("Review, done", rendered(blocks, "run"), replace(state, task_id=""), close="Close")


def _before(state: RunState, told: str) -> list[Block]:
    """What became of the answer before: with Undo where the person's verdict was recorded."""
    if told:
        return [said(f"*{quiet(told, 280)}*")]
    if state.last is None:
        return []
    symbol, word = _PAST[state.last.kind]
    value = ButtonValue(task_id=state.last.task_id).to_json()
    undo = button("Undo", ActionId.RUN_UNDO, value, f"Undo: answer {state.last.number} was {word}")
    if state.last.sent:
        undo = confirmed(undo, "Undo a sent answer?", "It was sent. Undo recalls it.", "Undo")
    return [said(f"{symbol} #{state.last.number} {word}", undo)]


def _menu(view: TaskView) -> OverflowMenu:
    return menu(view, ActionId.RUN_MORE, _MENU)


def _window(title: str, blocks: list[Wire], state: RunState, *, close: str) -> Wire:
    """A modal without submit; that it was closed is told, so that the claim ends with it."""
    view = modal(
        title,
        [said("-")],
        callback_id=CallbackId.RUN,
        private_metadata=state.to_json(),
        close=close,
        notify_on_close=True,
    )
    return {**view, "blocks": blocks}
