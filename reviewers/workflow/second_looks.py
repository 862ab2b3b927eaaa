"""Ask others to judge what was decided, blindly: a random share, one more where two differ, and known answers.

Their cards look like any other. What they say changes nothing of what was decided; it shows how well people decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from reviewers.decisions import batches, double_review, figures, opinions, reviewer_errors, sampling, team_prior
from reviewers.decisions.double_review import KNOWN_FROM, KNOWN_UNTIL, Decided
from reviewers.decisions.estimate_inputs import ReviewerErrors
from reviewers.decisions.reviewer_errors import Panel
from reviewers.errors import Unavailable
from reviewers.model import Policy, Purpose, Reviewed, ReviewTask, Route, TaskState
from reviewers.ports import Clock, Ids, Metrics, Store, UnitOfWork
from reviewers.workflow.people import Roster
from reviewers.workflow.permissions import Permissions
from reviewers.workflow.review import look_again, post_card, words_of

LATELY = timedelta(days=7)  # for which verdicts are read: back to Monday, and to what a second look is open on
BALANCED_OVER = timedelta(days=28)  # within which as many known answers are wrong as right
SALT = "second look"  # of the draw; not the policy's version, so that an output is drawn once for good
# Of somebody who may be asked and of whom nothing is known yet.
USUAL = ReviewerErrors(sensitivity=team_prior.SENSITIVITY, specificity=team_prior.SPECIFICITY)


@dataclass(frozen=True, kw_only=True, slots=True)
class SecondLooks:
    """Part of the clock's sweep."""

    store: Store
    clock: Clock
    ids: Ids
    metrics: Metrics
    permissions: Permissions

    def sweep(self) -> int:
        """Open what is due; returns how many tasks. Again: nothing, until more was decided."""
        policy, now = self.permissions.policies.current(), self.clock.now()
        if not (policy.double_review or policy.gold_rate):
            return 0
        with self.store.read() as uow:
            reviewed = uow.tasks.reviewed(now - LATELY, now)
            opened_since = uow.tasks.looks(now - KNOWN_UNTIL - KNOWN_FROM)
        # What a source says otherwise since is judged by what it says now: nobody is measured by it.
        reopened = {look.output_id for look in opened_since if look.purpose is Purpose.REOPENED}
        looks = [look for look in opened_since if look.purpose is not Purpose.REOPENED]
        reviewed = [one for one in reviewed if one.output_id not in reopened]
        lately = opinions.decided(reviewed, looks)
        panel = self._panel(reviewed, lately.values())
        pool: dict[str, list[Decided]] = {}
        opened = 0
        for name in sorted(lately):
            desk = _RouteDesk(
                looks=self,
                route=policy.route(name),
                policy=policy,
                roster=Roster(store=self.store, permissions=self.permissions, now=now),
                opened=[look for look in looks if look.route == name],
                seconds=_seconds(reviewed),
            )
            opened += desk.open_seconds(lately[name], panel)
            due = desk.known_due(reviewed)
            if due and not pool:
                pool = self._pool(looks, reopened, now)
            opened += desk.open_known(pool.get(name, []), due)
        return opened

    def _panel(self, reviewed: Sequence[Reviewed], routes: Iterable[Sequence[Decided]]) -> Panel | None:
        """What the verdicts of lately say of outputs and of people; None where no two differ, as nothing asks then."""
        if not any(_may_want_third(one) for decided in routes for one in decided):
            return None
        found = opinions.opinions(reviewed)
        return reviewer_errors.judge(found.given, found.known)

    def _pool(self, looks: Sequence[ReviewTask], reopened: Set[str], now: datetime) -> dict[str, list[Decided]]:
        """What may serve as a known answer, by route."""
        with self.store.read() as uow:
            old = uow.tasks.reviewed(now - KNOWN_UNTIL, now)
        return opinions.decided([one for one in old if one.output_id not in reopened], looks)


@dataclass(kw_only=True, slots=True)
class _RouteDesk:
    """One route in one sweep."""

    looks: SecondLooks
    route: Route
    policy: Policy
    roster: Roster
    opened: list[ReviewTask]  # second looks and known answers of the route, this sweep's too
    seconds: float  # of review for one answer

    def open_seconds(self, decided: Sequence[Decided], panel: Panel | None) -> int:
        """Second looks by draw, and third ones where two differ and those who are left are likely to settle it."""
        share, now, before = self.policy.double_review, self.roster.now, len(self.opened)
        for one in decided:
            draw = sampling.stable_draw(one.output_id, SALT)
            if double_review.wants_second(one, share=share, draw=draw, now=now):
                self._open(one, Purpose.SECOND, chance=share)
            elif share and panel is not None and _may_want_third(one):
                chance_wrong, errors = panel.wrong.get(one.output_id, 0.0), self._errors_of_others(one, panel)
                if double_review.wants_third(one, chance_wrong=chance_wrong, errors=errors, now=now):
                    self._open(one, Purpose.SECOND)
        return len(self.opened) - before

    def known_due(self, reviewed: Sequence[Reviewed]) -> int:
        """How many known answers this week's verdicts ask for."""
        monday = _monday(self.roster.now)
        mine = [one for one in reviewed if one.route == self.route.name and one.recorded_at >= monday]
        given = [look for look in self.opened if look.purpose is Purpose.GOLD and look.created_at >= monday]
        ordinary = sum(one.purpose is not Purpose.GOLD for one in mine)
        return double_review.known_due(ordinary, len(given), self.policy.gold_rate)

    def open_known(self, pool: Sequence[Decided], due: int) -> int:
        """Known answers, half of them wrong."""
        before, left = len(self.opened), list(pool)
        for _ in range(due):
            lately = [look for look in self.opened if look.created_at > self.roster.now - BALANCED_OVER]
            given = [look.known for look in lately if look.purpose is Purpose.GOLD]
            reviewers = self._reviewers()
            salt = f"{self.route.name}:{len(given)}"
            chosen = double_review.next_known(left, given=given, reviewers=reviewers, now=self.roster.now, salt=salt)
            if chosen is None:
                break
            left.remove(chosen)
            self._open(chosen, Purpose.GOLD, known=double_review.known_answer(chosen))
        return len(self.opened) - before

    def _reviewers(self) -> tuple[str, ...]:
        """Who may be asked: the route's reviewers, or whoever reviewed lately; nobody while Slack does not tell."""
        try:
            return self.roster.reviewers(self.route.name)
        except Unavailable:
            return ()

    def _errors_of_others(self, one: Decided, panel: Panel) -> list[ReviewerErrors]:
        """How each of the route's reviewers errs who has not had to do with the output, as far as that is known."""
        senders = {look.submitted_by for look in self.opened if look.output_id == one.output_id}
        others = [who for who in self._reviewers() if who not in one.seen_by | senders]
        return [panel.by_reviewer[who].errors if who in panel.by_reviewer else USUAL for who in others]

    def _open(self, one: Decided, purpose: Purpose, *, known: str = "", chance: float | None = None) -> None:
        """Open it within the budget, where somebody is left who has not seen the output."""
        share = self.policy.double_review + self.policy.gold_rate
        week = [look for look in self.opened if look.created_at >= _monday(self.roster.now)]
        minutes = self.route.minutes(self.seconds)
        if double_review.room(minutes, seconds=self.seconds, share=share, opened=len(week)) == 0:
            return
        reviewers = self._reviewers()
        with self.looks.store.begin() as uow:
            task = self._task(uow, one, purpose, known=known, chance=chance)
            if task is None or not set(reviewers) - {*task.seen_by, task.submitted_by} or not uow.tasks.add(task):
                return
            if not task.waits_for_batch:
                post_card(uow, task, at=task.created_at)
        self.opened.append(task)
        self.looks.metrics.count("looks_opened", purpose=purpose.value)

    def _task(
        self, uow: UnitOfWork, one: Decided, purpose: Purpose, *, known: str, chance: float | None
    ) -> ReviewTask | None:
        """As any other card of the route; None when the decision was taken back meanwhile."""
        every, now = uow.tasks.of_output(one.output_id), self.roster.now
        review = next((task for task in every if task.purpose is Purpose.REVIEW), None)
        output = uow.outputs.get(one.output_id)
        if review is None or output is None or review.state is not TaskState.RESOLVED:
            return None
        made = 1 + sum(task.purpose is purpose for task in every)
        task = replace(
            look_again(review, self.route, task_id=self.looks.ids.new("t"), purpose=purpose, round=made, at=now),
            known=known,
            chance=chance,
            seen_by=_seen_by(uow, every),
            words=words_of(output),
        )
        shares = batches.may_share(task, output, uow.assessments.get(one.output_id), self.route)
        return replace(task, waits_for_batch=shares)


def _seen_by(uow: UnitOfWork, every: Sequence[ReviewTask]) -> tuple[str, ...]:
    """Who had to do with the output: they voted, were given it, worked on it, sent it, or wrote in its thread."""
    people: set[str] = set()
    for view in uow.tasks.views([task.task_id for task in every]):
        task = view.task
        people |= {verdict.reviewer for verdict in view.verdicts} | {reply.author for reply in view.replies}
        people |= {task.claimed_by, task.assigned_to, task.handed_on_by, task.lead, task.sent_by, *task.seen_by}
    return tuple(sorted(people - {""}))


def _may_want_third(one: Decided) -> bool:
    """Whether there was one second look and it differs: the rest is costlier to know."""
    return one.seconds == 1 and double_review.disagrees(one)


def _seconds(reviewed: Sequence[Reviewed]) -> float:
    seconds = figures.seconds_for_one(reviewed)
    return seconds if isinstance(seconds, float) and seconds > 0.0 else figures.DEFAULT_SECONDS


def _monday(now: datetime) -> datetime:
    """When this ISO week began, in UTC."""
    today = now.astimezone(UTC)
    return (today - timedelta(days=today.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)
