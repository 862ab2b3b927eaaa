"""What every listener needs: the use cases, who the people are, and how surfaces are drawn here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.slack.cards import CardOptions, Lateness, SlackMessage, batch_card, notice_message, task_card
from bot.slack.cards.check import check_view
from bot.slack.forms import KEEP, ClaimsForm, carrying, claim_view, edit_view, parse_claims, reject_view, why_view
from bot.slack.people import People
from bot.slack.values import FormContext
from bot.slack.wire import Wire
from reviewers.errors import AlreadyResolved, Claimed, NotYourTask, Unavailable
from reviewers.model import Notice, NoticeKind, TaskState, TaskView, VerdictKind
from reviewers.workflow.checking import CHECK_PREFIX
from reviewers.workflow.queue import ReviewQueue
from reviewers.workflow.services import Services
from reviewers.workflow.verdicts import Ballot, Recorded, VerdictDesk


@dataclass(frozen=True, kw_only=True, slots=True)
class Actor:
    """Who pressed, in which workspace."""

    user_id: str
    team_id: str


def actor_of(body: Mapping[str, Any]) -> Actor:
    """The person of an interaction, a command or an event."""
    user = body.get("user") or {}
    user_id = user.get("id") if isinstance(user, Mapping) else user
    event = body.get("event") or {}
    team = body.get("team") or {}
    team_id = (team.get("id") if isinstance(team, Mapping) else team) or body.get("team_id") or ""
    return Actor(user_id=str(user_id or body.get("user_id") or event.get("user") or ""), team_id=str(team_id))


@dataclass(frozen=True, kw_only=True, slots=True)
class ReviewDesk:
    """Given to each listener by the app factory."""

    services: Services
    people: People
    display: CardOptions
    channel: str  # where new cards go
    datasets: str = "datasets"  # folder for the files that buttons build, where Whetstone runs

    @property
    def verdicts(self) -> VerdictDesk:
        """Where verdicts are recorded."""
        return self.services.verdicts

    @property
    def queue(self) -> ReviewQueue:
        """What waits for whom."""
        return self.services.queue

    def card(self, views: Sequence[TaskView]) -> SlackMessage:
        """The card of a task or a batch as it stands, with the names of those who are in its fallback text."""
        display = self.naming(*(user for view in views for user in _named(view)))
        now = self.services.clock.now()
        if len(views) > 1:
            return batch_card(views, display=display, now=now)
        return task_card(views[0], display=display, now=now)

    def notice(self, notice: Notice, views: Sequence[TaskView]) -> SlackMessage:
        """A direct message as its tasks stand now."""
        lateness = self._lateness(views[0].task.route) if notice.kind is NoticeKind.OVERDUE else None
        users = {user for view in views for user in _named(view)} | set(lateness.reviewers if lateness else ())
        return notice_message(
            notice,
            views,
            display=self.naming(*users),
            preferences=self.services.preferences.get(notice.recipient),
            lateness=lateness,
        )

    def _lateness(self, route_name: str) -> Lateness:
        load = self.services.reminders.load(route_name)
        return Lateness(
            route=self.services.policies.current().route(route_name),
            now=self.services.clock.now(),
            open=load.open,
            minutes=load.minutes,
            reviewers=load.on_duty,
            away=load.away,
        )

    def zone_of(self, user_id: str) -> tzinfo:
        """The person's own time zone; the installation's where Slack does not tell it."""
        try:
            return ZoneInfo(self.people.zone(user_id))
        except (Unavailable, ZoneInfoNotFoundError, ValueError):
            return self.display.zone

    def naming(self, *users: str) -> CardOptions:
        """The display with the names of these people; an empty id has none."""
        return replace(self.display, names={user: self.people.known_name(user) for user in users if user})

    def record(self, actor: Actor, task_id: str, kind: VerdictKind, **content: Any) -> Recorded:
        """Record a verdict of a full member of this workspace."""
        self.people.may_review(actor.user_id, actor.team_id)
        return self.verdicts.record(Ballot(task_id=task_id, reviewer=actor.user_id, kind=kind, **content))

    def claims(
        self,
        task_id: str,
        actor: Actor,
        *,
        page: int = 0,
        unfolded: bool = False,
        choice: str = KEEP,
        settles: bool = False,
    ) -> Wire:
        """The claim view for this person; read-only when they may not decide."""
        check = self.services.checks.find(task_id) if task_id.startswith(CHECK_PREFIX) else None
        if check is not None:  # the pages of an ad-hoc check
            return claim_view(check_view(check), display=self.display, page=page, unfolded=unfolded, read_only=True)
        view = self.verdicts.view(task_id)
        form = claim_view(
            view,
            display=self.display,
            marks=self.verdicts.marks(task_id, actor.user_id),
            page=page,
            unfolded=unfolded,
            choice=choice,
            read_only=not self.may_decide(view, actor),
        )
        return carrying(form, FormContext(task_id=task_id, settles=settles))

    def require(self, task_id: str, actor: Actor) -> None:
        """Raise what `record` would raise, before a person fills in a form for nothing."""
        self.people.may_review(actor.user_id, actor.team_id)
        self.verdicts.require(self.verdicts.view(task_id), actor.user_id)

    def may_decide(self, view: TaskView, actor: Actor) -> bool:
        """Whether this person's verdict on this task would count now."""
        try:
            self.people.may_review(actor.user_id, actor.team_id)
            self.verdicts.require(view, actor.user_id)
        except (NotYourTask, AlreadyResolved, Claimed):
            return False
        return True

    def why(self, view: TaskView, actor: Actor) -> Wire:
        """Why this answer was picked; the risk stays hidden from a person who still has to decide it."""
        return why_view(view, display=self.display, may_see_risk=self.may_see_risk(view, actor))

    def may_see_risk(self, view: TaskView, actor: Actor) -> bool:
        """Whether the risk lines are open to this person: once it is decided, or to whoever is not asked to decide it.

        Somebody else's claim only keeps a person from deciding now, so it opens nothing.
        """
        if view.task.state is TaskState.RESOLVED or view.task.state.is_over:
            return True
        try:
            self.people.may_review(actor.user_id, actor.team_id)
            self.verdicts.require(view, actor.user_id)
        except NotYourTask:
            return True
        except (Claimed, AlreadyResolved):
            return False
        return False

    def edit(self, task_id: str, actor: Actor, *, page: int = 0, redraws: bool = False) -> Wire:
        """The edit form, filled with the answer; `redraws` where it takes the place of one that is open."""
        return edit_view(
            self.verdicts.view(task_id),
            display=self.display,
            marks=self.verdicts.marks(task_id, actor.user_id),
            reviewer=actor.user_id,
            draft=self.verdicts.draft(task_id, actor.user_id),
            page=page,
            redraws=redraws,
        )

    def reject(self, task_id: str, actor: Actor) -> Wire:
        """The reject form."""
        return reject_view(
            self.verdicts.view(task_id),
            display=self.display,
            marks=self.verdicts.marks(task_id, actor.user_id),
        )

    def keep_marks(self, actor: Actor, submitted: dict[str, Any]) -> ClaimsForm:
        """Read the claim view, and keep what the person marked anew."""
        context = FormContext.parse(submitted.get("private_metadata"))
        form = parse_claims(submitted, self.verdicts.marks(context.task_id, actor.user_id))
        if form.marks:
            self.people.may_review(actor.user_id, actor.team_id)
            self.verdicts.keep_marks(context.task_id, actor.user_id, form.marks)
        return form


def _named(view: TaskView) -> Iterator[str]:
    """Everybody whose name may stand in the fallback text."""
    task = view.task
    yield from (task.claimed_by, task.assigned_to, task.handed_on_by, task.lead)
    yield from (verdict.reviewer for verdict in view.verdicts)
