"""A lead's part of Home, above their own queue: decisions that wait, the team's queue, the week so far."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from slackblocks import Block

from bot.slack import rates
from bot.slack.cards.late import duration
from bot.slack.cards.options import CardOptions
from bot.slack.home.figures import ReviewersPart, reviewers_blocks
from bot.slack.home.words import Row, due_words, title_quiet, waiter
from bot.slack.ids import ActionId
from bot.slack.text import counted, one_line, quiet, shortened
from bot.slack.values import ButtonValue, NamedValue
from bot.slack.wire import button, columns, grey, header, line, said
from reviewers.decisions.consensus import deciding
from reviewers.decisions.too_few import TooFew
from reviewers.model import Rate, TaskView, VerdictKind
from reviewers.workflow.reports import HeldOnes, Team, TeamQueue

DECISIONS = 8  # rows, as of the queue
ROUTES = 10  # rows (surfaces, section 0, rule 10)
ROUTE_LENGTH = 60
OWN_ROUTE = "Answers of no route"
_SAID = {VerdictKind.APPROVE: "approved", VerdictKind.EDIT: "edited", VerdictKind.REJECT: "rejected"}


@dataclass(frozen=True, kw_only=True, slots=True)
class LeadPart:
    """What a lead's part of Home is drawn from."""

    disputes: Sequence[TaskView]
    team: Team
    held: Mapping[str, HeldOnes] = field(default_factory=dict)  # by route name
    week_minutes: float | None = None  # of review a week, as the team set it; None: not for every route
    reviewers: ReviewersPart | None = None  # how well they decide; None: nothing to show


def lead_blocks(part: LeadPart, display: CardOptions, now: datetime) -> Iterator[Block]:
    """All of it, with a line below: the person's own queue follows."""
    yield from _decisions(part.disputes, display, now)
    if part.team.queues:
        if part.disputes:
            yield line()
        yield header("The team's queue")
        yield from _queues(part, display, now)
        yield line()
        yield header("This week so far")
        yield columns(_week(part))
        yield from _methods(part.team)
        if part.reviewers is not None:
            yield from reviewers_blocks(part.reviewers)
    yield grey("Leads see this part. Your own queue is below.")
    yield line()


def _decisions(disputes: Sequence[TaskView], display: CardOptions, now: datetime) -> Iterator[Block]:
    if not disputes:
        return
    value = NamedValue(name="").to_json()
    decide = button("Decide next", ActionId.DECIDE_NEXT, value, "Decide the next dispute", primary=True)
    yield said(f"*{counted(len(disputes), 'decision')} {'waits' if len(disputes) == 1 else 'wait'} for you.*", decide)
    for view in disputes[:DECISIONS]:
        yield _dispute(view, display, now)
    if len(disputes) > DECISIONS:
        yield grey(f"{len(disputes) - DECISIONS} more, with Decide next")


def _dispute(view: TaskView, display: CardOptions, now: datetime) -> Block:
    task = view.task
    kinds = [verdict.kind for verdict in deciding(view.verdicts)]
    sides = [f"{kinds.count(kind)} {word}" for kind, word in _SAID.items() if kind in kinds]
    state = f":scales: {', '.join(['disputed', *sides])}  ·  {due_words(task.due_at, display, now)}"
    value = ButtonValue(task_id=task.task_id, settles=True).to_json()
    decide = button("Decide", ActionId.OPEN, value, f"Decide answer {task.number}")
    drawn = said(f"{title_quiet(Row(views=(view,)))}\n{state}", decide)
    drawn.block_id = f"row_dispute_{task.task_id}"
    return drawn


def _queues(part: LeadPart, display: CardOptions, now: datetime) -> Iterator[Block]:
    """The routes, those with somebody waiting or past due first."""

    def pressing(queue: TeamQueue) -> tuple[bool, int, int]:
        return queue.state.route not in part.held, -queue.state.past_due, -queue.state.open - queue.state.disputed

    queues = sorted(part.team.queues, key=pressing)
    for place, queue in enumerate(queues[:ROUTES]):
        yield _queue(queue, part.held.get(queue.state.route), display, now, place)
    if len(queues) > ROUTES:
        rest = queues[ROUTES:]
        is_quiet = not any(queue.state.open or queue.state.disputed for queue in rest)
        yield grey(f"{counted(len(rest), 'more route')}{': nothing open' if is_quiet else ''}")


def _queue(queue: TeamQueue, held: HeldOnes | None, display: CardOptions, now: datetime, place: int) -> Block:
    state, name = queue.state, route_name(queue.state.route)
    if not state.open and not state.disputed:
        drawn = said(
            f"*{quiet(name, ROUTE_LENGTH)}*  nothing open{f', {state.cut} cut by lot in 7 days' if state.cut else ''}"
        )
    else:
        parts = [f"{state.open} open"] if state.open else []
        parts += [_waits(held, display, now)] if held else []
        parts += [f"{state.past_due} past due"] if state.past_due else []
        parts += [f"{state.disputed} disputed"] if state.disputed else []
        parts += [f"the oldest {_age(state.oldest_at, now)} old"] if state.past_due else []
        parts += [f"{state.cut} cut by lot in 7 days"] if state.cut else []
        parts += [f"about {counted(max(1, queue.minutes), 'minute')} of review"] if state.open else []
        value = NamedValue(name=state.route).to_json()
        see = button("See", ActionId.SEE_QUEUE, value, f"See the queue of {shortened(one_line(name), 50)}")
        drawn = said(f"*{quiet(name, ROUTE_LENGTH)}*  {', '.join(parts)}", see)
    drawn.block_id = f"route_{place}"
    return drawn


def _waits(held: HeldOnes, display: CardOptions, now: datetime) -> str:
    who, since = waiter(display), _age(held.since, now)
    return f"a {who} waits {since}" if held.count == 1 else f"{held.count} of them held, a {who} waits {since}"


def _age(since: datetime, now: datetime) -> str:
    return duration(max(now - since, timedelta(minutes=1)))


def route_name(name: str) -> str:
    """The route's name, or what stands for the policy's own."""
    return name or OWN_ROUTE


def _week(part: LeadPart) -> list[str]:
    team = part.team
    fields = [f"*Wrong answers*\n{_rate(team.this_week)}", f"*Before (4 weeks)*\n{_rate(team.before)}"]
    if team.review_seconds is not None:
        planned = f" of {rates.hours_words(part.week_minutes * 60)}" if part.week_minutes else ""
        fields.append(f"*Review time*\n{rates.hours_words(team.review_seconds)}{planned}")
    return fields


def _rate(rate: Rate | TooFew) -> str:
    return rates.whole(rate) + (f", {rate.reviewed:,} reviewed" if isinstance(rate, Rate) else "")


def _methods(team: Team) -> Iterator[Block]:
    """How the intervals were made; nothing where neither is told."""
    told = {"this week": team.this_week, "before": team.before}
    methods = {when: rates.method(rate) for when, rate in told.items() if isinstance(rate, Rate)}
    if len(set(methods.values())) == 1:
        methods = {"in brackets": next(iter(methods.values()))}
    if methods:
        said_of = "; ".join(f"{when}: {method}" for when, method in methods.items())
        yield grey(f"{said_of[0].upper()}{said_of[1:]}.")
