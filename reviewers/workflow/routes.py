"""Routes that people make in Slack: who may, what they are called, and what they may ask for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from reviewers.decisions.saved_routes import free_name, leads_of, may_set_up, takes_all
from reviewers.errors import Invalid, NotYourTask
from reviewers.model import Policy, ReviewTask, Route
from reviewers.ports import Clock, Ids, Policies, Store
from reviewers.workflow.try_out import post_try_out

LOOKED_AT = 200  # open answers whose models and tags are suggested
RULE = "Only an administrator of this workspace or a lead may set up review here."
NOBODY = "Choose at least one person or user group."


@dataclass(frozen=True, kw_only=True, slots=True)
class Kinds:
    """What outputs can be told apart by, as far as it was seen; each most common first."""

    models: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class RouteDesk:
    """Where routes are made without editing a file."""

    store: Store
    clock: Clock
    ids: Ids
    policies: Policies

    def require(self, person: str, *, is_admin: bool, channel: str = "") -> None:
        """Raise NotYourTask, with the rule, for somebody who may not make or change the route of this channel."""
        policy, saved = self.policies.current(), self._saved()
        if not may_set_up(person, is_admin=is_admin, channel=channel, policy=policy, saved=saved):
            raise NotYourTask(RULE)

    def leads(self, channel: str) -> tuple[str, ...]:
        """Whom to ask for a route in this channel, Slack user ids; empty where nobody leads anything."""
        return leads_of(channel, self.policies.current(), self._saved())

    def who_adds(self, name: str) -> tuple[str, ...]:
        """Who can add a reviewer to the route of this name, Slack user ids: its leads, else those of the policy."""
        policy = self.policies.current()
        return policy.route(name).leads or policy.leads

    def add(self, name: str, person: str, *, by: str, is_admin: bool) -> Route:
        """Make this person a reviewer of a route that was made in Slack; again: nothing changes.

        Raises NotYourTask, and Invalid (`route`) for one that is gone or stands in the policy file.
        """
        route = self.named(name)
        if route is None:
            raise Invalid("route", "This route was not made in Slack: add the reviewer in the policy file.")
        self.require(by, is_admin=is_admin, channel=route.channel)
        with self.store.begin() as uow:
            route = next(one for one in uow.routes.all() if one.name == name)
            if person not in route.reviewers:
                route = replace(route, reviewers=(*route.reviewers, person))
                uow.routes.put(route, by=by, at=self.clock.now())
        return route

    def at(self, channel: str) -> Route | None:
        """The route that was made in Slack for this channel."""
        return next((route for route in self._saved() if channel and route.channel == channel), None)

    def named(self, name: str) -> Route | None:
        """The route that was made in Slack under this name."""
        return next((route for route in self._saved() if route.name == name), None)

    def kinds(self) -> Kinds:
        """The models and tags of answers that wait, and those that the policy names."""
        policy = self.policies.current()
        with self.store.read() as uow:
            waiting = uow.tasks.open(limit=LOOKED_AT)
            outputs = [view.output for view in uow.tasks.views([task.task_id for task in waiting])]
        matches = [route.match for route in policy.routes] + [rule.match for rule in policy.rules]
        models = [output.model for output in outputs] + [model for match in matches for model in match.models]
        tags = [tag for output in outputs for tag in output.tags] + [tag for match in matches for tag in match.tags]
        return Kinds(models=_common(models), tags=_common(tags))

    def save(self, wanted: Route, *, by: str, is_admin: bool) -> Route:
        """Store the route of `wanted.channel`, in place of the one made there before, and return it as it stands.

        The name is made unique, and stays once it is made; whoever makes a route leads it, as long as it has no lead.
        Raises NotYourTask, and Invalid: `reviewers` when nobody is named, `channel` when the policy
        file speaks for this channel, `match` when the file's routes leave nothing over.
        """
        if not wanted.reviewers:
            raise Invalid("reviewers", NOBODY)
        policy, now = self.policies.current(), self.clock.now()

        with self.store.begin() as uow:
            saved = uow.routes.all()
            if not may_set_up(by, is_admin=is_admin, channel=wanted.channel, policy=policy, saved=saved):
                raise NotYourTask(RULE)
            _require_room(policy, saved, wanted)
            before = next((route for route in saved if route.channel == wanted.channel), None)
            taken = {route.name for route in (*policy.routes, *saved)}
            route = replace(
                wanted,
                name=before.name if before else free_name(wanted.name, taken),
                leads=wanted.leads or (before.leads if before else ()) or (by,),
            )
            uow.routes.put(route, by=by, at=now)
        return route

    def try_out(self, name: str, *, by: str, is_admin: bool) -> ReviewTask:
        """Post a made-up answer on this route. Raises NotYourTask, and Invalid (`route`) for one that is gone."""
        route = self.named(name)
        if route is None:
            raise Invalid("route", "This route is gone. Set review up again with /whetstone setup.")
        self.require(by, is_admin=is_admin, channel=route.channel)
        policy = self.policies.current()
        with self.store.begin() as uow:
            return post_try_out(
                uow,
                replace(policy, routes=(route,)),
                output_id=self.ids.new("try"),
                task_id=self.ids.new("t"),
                now=self.clock.now(),
            )

    def _saved(self) -> Sequence[Route]:
        with self.store.read() as uow:
            return uow.routes.all()


def _require_room(policy: Policy, saved: Sequence[Route], wanted: Route) -> None:
    """Raise Invalid where the policy file, whose routes come first, leaves nothing for this one."""
    made = {route.name for route in saved}
    of_the_file = [route for route in policy.routes if route.name not in made]
    told = next((route for route in of_the_file if route.channel == wanted.channel), None)
    if told is not None:
        message = f"The policy file sends “{told.name}” to this channel. Change it there; it is read at once."
        raise Invalid("channel", message)
    first = next((route for route in of_the_file if takes_all(route)), None)
    if first is not None:
        raise Invalid("match", f"The route “{first.name}” of the policy file takes every answer already.")


def _common(words: Iterable[str]) -> tuple[str, ...]:
    counted: dict[str, int] = {}
    for word in words:
        counted[word] = counted.get(word, 0) + 1
    return tuple(sorted(filter(None, counted), key=lambda word: (-counted[word], word)))
