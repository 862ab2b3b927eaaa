"""Direct messages by the clock: before it is due, while somebody waits, once it is late; and a lead's buttons."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from reviewers.decisions import figures, reminders
from reviewers.errors import Invalid, NotYourTask, Unavailable
from reviewers.model import AfterDue, Notice, NoticeKind, Release, ReviewTask, Route, TaskState
from reviewers.ports import Clock, Store
from reviewers.workflow.people import LATELY, Person, Roster
from reviewers.workflow.permissions import Permissions
from reviewers.workflow.review import post_notice, redraw_card

LOOKED_AT = 500  # tasks in one sweep: who is told of the first ones hears of the queue
TASKS_OF_ONE = 50  # in one notice; the message says how many
NAMED = 200  # tasks that one press of "Extend" moves
HEARD_DAYS = 28  # in which it is looked up of which late route a lead heard last: our choice, 20 working days


@dataclass(frozen=True, kw_only=True, slots=True)
class RouteLoad:
    """What a lead reads of a route that is late."""

    open: int
    minutes: int  # of review, about
    on_duty: tuple[str, ...]  # Slack user ids of the reviewers who can be asked now
    away: tuple[tuple[str, datetime | None], ...]  # who pauses, until when; None: until they resume


@dataclass(frozen=True, kw_only=True, slots=True)
class ReminderDesk:
    """Decides who is told what, once; at most one reminder a day and person."""

    store: Store
    clock: Clock
    permissions: Permissions

    def sweep(self) -> int:
        """Write the notices that are due; returns how many."""
        roster = self._roster()
        # A lead hears of what is late rather than of their own queue: of the two, one message a day.
        return self._waiting(roster) + self._overdue(roster) + self._before_due(roster)

    def load(self, route_name: str) -> RouteLoad:
        """What waits in a route, and who is there for it. Where Slack does not answer, nobody is named."""
        roster = self._roster()
        with self.store.read() as uow:
            state = next((one for one in uow.tasks.queues(roster.now) if one.route == route_name), None)
            reviewed = uow.tasks.reviewed(roster.now - LATELY, roster.now)
        seconds = figures.seconds_for_one(reviewed)
        each = seconds if isinstance(seconds, float) else figures.DEFAULT_SECONDS
        try:
            people = [roster.person(user) for user in roster.reviewers(route_name)]
        except Unavailable:
            people = []
        away = [one for one in people if one.pauses(roster.now)]
        return RouteLoad(
            open=state.open if state else 0,
            minutes=round(state.open * each / 60) if state else 0,
            on_duty=tuple(one.user_id for one in people if one.is_on_duty(roster.now)),
            away=tuple((one.user_id, one.pauses_until) for one in away),
        )

    def remind(self, route_name: str, by: str) -> list[str]:
        """A lead reminds the reviewers of a route now: those on duty, who were not reminded today.

        Returns the Slack user ids of those who get a message. Raises NotYourTask for somebody who is no lead.
        """
        self._require_lead(route_name, by)
        roster, told = self._roster(), []
        late = [task for task in self._open(roster) if task.route == route_name]
        for person, tasks in self._by_person(late, roster).items():
            one = roster.person(person)
            if person != by and one.is_on_duty(roster.now) and self._tell(one, NoticeKind.REMINDER, tasks, roster.now):
                told.append(person)
        return told

    def extend(self, route_name: str, by: str) -> list[ReviewTask]:
        """Move what is past due on this route to the end of the lead's next working day; returns those tasks as moved.

        Raises NotYourTask for somebody who is no lead.
        """
        self._require_lead(route_name, by)
        now = self.clock.now()
        lead = self._roster().person(by)
        due_at = reminders.ends_next(lead.preferences, lead.zone, now)
        route = self.permissions.policies.current().route(route_name)
        with self.store.read() as uow:
            late = uow.tasks.past_due(now, NAMED, route=route_name)
        return [moved for task in late if (moved := self._move(task.task_id, route, due_at, now))]

    def _roster(self) -> Roster:
        return Roster(store=self.store, permissions=self.permissions, now=self.clock.now())

    def _require_lead(self, route_name: str, by: str) -> None:
        leads = self.permissions.policies.current().route(route_name).leads
        if by not in leads:
            raise NotYourTask("Only a lead of these answers can do that.")

    def _move(self, task_id: str, route: Route, due_at: datetime, now: datetime) -> ReviewTask | None:
        with self.store.begin() as uow:
            task = uow.tasks.lock(task_id)
            if task.state not in (TaskState.OPEN, TaskState.DISPUTED) or task.due_at is None or task.due_at > now:
                return None
            ends = due_at + timedelta(hours=route.grace_hours) if route.after_due is AfterDue.TIME_OUT else None
            uow.tasks.set_due(task_id, due_at, ends)
            redraw_card(uow, task, why=f"{task_id}:due:{due_at.isoformat()}", at=now)
            return uow.tasks.get(task_id)

    def _waiting(self, roster: Roster) -> int:
        """Somebody waits for a held answer and half of the time is gone: those on duty hear of it."""
        with self.store.read() as uow:
            found = uow.releases.half_waited(roster.now, LOOKED_AT)
            tasks = [(release, uow.tasks.for_output(release.output_id)) for release in found]
        return sum(self._tell_of_waiting(task, release, roster) for release, task in tasks if task is not None)

    def _tell_of_waiting(self, task: ReviewTask, release: Release, roster: Roster) -> int:
        if task.state is not TaskState.OPEN:
            return 0
        route = self.permissions.policies.current().route(task.route)
        try:
            people = roster.on_duty(self._waited_for(task, roster)) or roster.on_duty(route.leads)
        except Unavailable:
            return 0
        told = 0
        for person in people:
            notice_id = f"waiting:{task.task_id}:{person.user_id}"
            told += self._write(notice_id, NoticeKind.WAITING, person.user_id, [task], roster.now)
        return told

    def _overdue(self, roster: Roster) -> int:
        """One route a message, since its buttons act on it; a lead of several hears of each in turn, one a day."""
        with self.store.read() as uow:
            routes = [queue.route for queue in uow.tasks.queues(roster.now) if queue.past_due]
            late = {route: uow.tasks.past_due(roster.now, TASKS_OF_ONE, route=route) for route in routes}
        by_lead: dict[str, dict[str, list[ReviewTask]]] = defaultdict(dict)
        policy = self.permissions.policies.current()
        for route, tasks in late.items():
            for lead in policy.route(route).leads if tasks else ():
                by_lead[lead][route] = tasks
        told = 0
        for person in roster.on_duty(by_lead):
            tasks = self._in_turn(person, by_lead[person.user_id], roster.now)
            told += self._tell(person, NoticeKind.OVERDUE, tasks, roster.now) if tasks else 0
        return told

    def _in_turn(self, person: Person, late: dict[str, list[ReviewTask]], now: datetime) -> list[ReviewTask]:
        """What is late on the route that this lead hears of today; nothing where they were told something already."""
        if len(late) == 1:
            return next(iter(late.values()))
        today, heard = reminders.local_day(person.zone, now), list[str]()
        with self.store.read() as uow:
            if uow.notices.get(_daily(person, today)) is not None:
                return []
            for ago in range(1, HEARD_DAYS + 1):
                notice = uow.notices.get(_daily(person, today - timedelta(days=ago)))
                about = uow.tasks.get(notice.task_ids[0]) if notice and notice.kind is NoticeKind.OVERDUE else None
                heard += [about.route] if about is not None else []
        return late[reminders.next_told({route: tasks[0].due_at or now for route, tasks in late.items()}, heard)]

    def _before_due(self, roster: Roster) -> int:
        told = 0
        for person, tasks in self._by_person(self._open(roster), roster).items():
            one = roster.person(person)
            soon = [
                task
                for task in tasks
                if task.due_at and reminders.is_time(task.due_at, one.preferences, one.zone, roster.now)
            ]
            told += self._tell(one, NoticeKind.REMINDER, soon, roster.now) if soon else 0
        return told

    def _open(self, roster: Roster) -> list[ReviewTask]:
        with self.store.read() as uow:
            page = uow.tasks.open(limit=LOOKED_AT)
        return [task for task in page if not task.hold and not task.waits_for_batch]

    def _by_person(self, tasks: Sequence[ReviewTask], roster: Roster) -> dict[str, list[ReviewTask]]:
        """What waits for whom; a route whose reviewers cannot be read now is left for the next sweep."""
        found: dict[str, list[ReviewTask]] = defaultdict(list)
        for task in tasks:
            try:
                people = self._waited_for(task, roster)
            except Unavailable:
                continue
            for person in people:
                if roster.person(person).is_able:
                    found[person].append(task)
        return found

    def _waited_for(self, task: ReviewTask, roster: Roster) -> Sequence[str]:
        reviewers = roster.reviewers(task.route)
        with self.store.read() as uow:
            verdicts = uow.verdicts.for_task(task.task_id)
        return reminders.waiting_on(task, reviewers, verdicts, roster.now)

    def _tell(self, person: Person, kind: NoticeKind, tasks: Sequence[ReviewTask], now: datetime) -> bool:
        """At most once a day and person, whatever the kind."""
        day = reminders.local_day(person.zone, now)
        return self._write(_daily(person, day), kind, person.user_id, tasks, now)

    def _write(
        self, notice_id: str, kind: NoticeKind, recipient: str, tasks: Sequence[ReviewTask], now: datetime
    ) -> bool:
        if not tasks:
            raise Invalid("tasks", "a notice is about something")
        notice = Notice(
            notice_id=notice_id,
            kind=kind,
            recipient=recipient,
            task_ids=tuple(task.task_id for task in tasks[:TASKS_OF_ONE]),
            created_at=now,
        )
        with self.store.begin() as uow:
            return post_notice(uow, notice)


def _daily(person: Person, day: date) -> str:
    """The id of the one message that a person gets on a day of theirs."""
    return f"reminder:{person.user_id}:{day.isoformat()}"
