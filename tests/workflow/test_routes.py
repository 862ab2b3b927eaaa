"""Routes that people make in Slack: who may, what they are called, and what they may not take from the file."""

from __future__ import annotations

from typing import Any

import pytest

from reviewers.decisions.routing import FixedPolicies
from reviewers.errors import Invalid, NotYourTask
from reviewers.model import Match, Policy, Reason, ReleaseState, Route, TaskState, VerdictKind
from reviewers.workflow.routes import RouteDesk
from reviewers.workflow.verdicts import Ballot
from tests.builders import COMPLETION, an_output
from tests.fakes import MemoryStore
from tests.workflow.worlds import World

MARA, JONAS, TOMAS = "U0MARA", "U0JONAS", "U0TOMAS"


def a_desk(*saved: Route, **policy: Any) -> RouteDesk:
    """A desk with these routes made before, by Tomás."""
    world = World(**policy)
    with world.store.begin() as uow:
        for route in saved:
            uow.routes.put(route, by=TOMAS, at=world.clock.now())
    return world.services.routes


def wanted(channel: str = "C0CARDS", **changes: Any) -> Route:
    """Everything to one channel, for Mara."""
    fields: dict[str, Any] = {"name": "cards", "channel": channel, "reviewers": (MARA,)}
    return Route(**(fields | changes))


def may(desk: RouteDesk, person: str, channel: str = "C0NEW", *, is_admin: bool = False) -> bool:
    """Whether they may set up review there."""
    try:
        desk.require(person, is_admin=is_admin, channel=channel)
    except NotYourTask:
        return False
    return True


def test_anyone_makes_the_first_route_and_leads_it() -> None:
    """Nobody is named anywhere, so somebody has to begin; from then on the others are refused."""
    desk = a_desk()
    assert may(desk, JONAS)
    assert desk.save(wanted(), by=JONAS, is_admin=False).leads == (JONAS,)
    assert (may(desk, JONAS), may(desk, MARA), may(desk, MARA, is_admin=True)) == (True, False, True)


@pytest.mark.parametrize("named", ["reviewers", "leads"])
def test_policy_that_names_somebody_closes_setup(named: str) -> None:
    """Reviewers alone close it, too: else anyone could make themselves one."""
    desk = a_desk(**{named: (TOMAS,)})
    assert not may(desk, JONAS)
    assert may(desk, TOMAS) is (named == "leads")


def test_lead_of_one_route_does_not_change_another() -> None:
    """They make new ones and change their own; the policy's lead changes all."""
    desk = a_desk(
        wanted("C0CARDS", name="cards", leads=(JONAS,)), wanted("C0LOANS", name="loans", leads=(MARA,)), leads=(TOMAS,)
    )
    assert [may(desk, JONAS, channel) for channel in ("C0CARDS", "C0LOANS", "C0NEW")] == [True, False, True]
    assert [may(desk, TOMAS, channel) for channel in ("C0CARDS", "C0LOANS", "C0NEW")] == [True] * 3


def test_route_keeps_its_name_and_lead_and_a_taken_name_gets_a_number() -> None:
    """Tasks remember their route by its name, so a change of anything else keeps it."""
    desk = a_desk(wanted(leads=(TOMAS,)))
    again = desk.save(wanted(name="another"), by=MARA, is_admin=True)
    other = desk.save(wanted("C0LOANS"), by=MARA, is_admin=True)
    assert (again.name, again.leads) == ("cards", (TOMAS,))
    assert (other.name, other.leads) == ("cards 2", (MARA,))


@pytest.mark.parametrize(
    ("of_the_file", "field"),
    [(Route(name="Cards", channel="C0CARDS", match=Match(tags=("cards",))), "channel"), (Route(name="All"), "match")],
)
def test_what_the_file_takes_is_told_at_the_field(of_the_file: Route, field: str) -> None:
    """A route that would never get an output is not kept."""
    desk = a_desk(routes=(of_the_file,))
    with pytest.raises(Invalid) as refused:
        desk.save(wanted(), by=TOMAS, is_admin=True)
    assert refused.value.field == field
    assert desk.at("C0CARDS") is None


def test_route_without_reviewers_is_refused() -> None:
    """An empty list would admit everybody."""
    with pytest.raises(Invalid) as refused:
        a_desk().save(wanted(reviewers=()), by=MARA, is_admin=True)
    assert refused.value.field == "reviewers"


def test_added_reviewer_is_added_once() -> None:
    """A second press changes nothing, and others may not add."""
    desk = a_desk(wanted(leads=(TOMAS,)))
    for _ in range(2):
        assert desk.add("cards", JONAS, by=TOMAS, is_admin=False).reviewers == (MARA, JONAS)
    with pytest.raises(NotYourTask):
        desk.add("cards", JONAS, by=JONAS, is_admin=False)
    with pytest.raises(Invalid):
        desk.add("Loans", JONAS, by=TOMAS, is_admin=True)


def test_kinds_are_those_of_waiting_answers_and_of_the_policy() -> None:
    """The commonest first."""
    world = World(routes=(Route(name="Loans", match=Match(tags=("loans",))),))
    world.bring(an_output("a", tags=("fees", "cards")), an_output("b", tags=("cards",), model="other"))
    kinds = world.services.routes.kinds()
    assert kinds.tags == ("cards", "fees", "loans")
    assert set(kinds.models) == {"helpdesk-8b", "other"}


def test_try_out_is_a_known_answer_that_no_worker_scores() -> None:
    """Its card comes at once, and its verdict makes no dataset."""
    world = World()
    with world.store.begin() as uow:
        uow.routes.put(wanted(match=Match(tags=("cards",), models=("m-1",))), by=TOMAS, at=world.clock.now())
    task = world.services.routes.try_out("cards", by=TOMAS, is_admin=True)
    assert not world.scoring.score_batch()
    view = world.verdicts.view(task.task_id)
    assert (task.route, task.channel, task.known, view.output.model) == ("cards", "C0CARDS", "wrong", "m-1")
    assert view.decision.reason is Reason.RULE
    with pytest.raises(Invalid):
        world.services.routes.try_out("gone", by=TOMAS, is_admin=True)


def test_route_that_holds_nothing_lets_a_held_output_go_at_once_and_has_it_reviewed() -> None:
    """The application gets its text, not verified; people review afterwards, and a first rejection is no recall."""
    world = World(routes=(Route(name="Open", hold=False),))
    (task,) = world.bring(an_output(hold=True))
    released = world.release.get("o-1")
    assert (released.state, released.text) == (ReleaseState.TIMED_OUT, COMPLETION)
    assert world.verdicts.view(task).task.state is TaskState.OPEN
    assert not world.verdicts.view(task).task.hold
    ballot = Ballot(task_id=task, reviewer=MARA, kind=VerdictKind.REJECT, reasons=("invented",))
    assert world.verdicts.record(ballot).standing.state is TaskState.RESOLVED
    assert world.release.get("o-1").recalled_at is None


@pytest.mark.parametrize(
    ("said", "recalled"),
    [
        ((VerdictKind.APPROVE, None), False),
        ((VerdictKind.REJECT, None), False),
        ((VerdictKind.REJECT, VerdictKind.APPROVE), False),
        ((VerdictKind.APPROVE, VerdictKind.REJECT), True),
        ((VerdictKind.REJECT, VerdictKind.EDIT), True),
        ((VerdictKind.APPROVE, VerdictKind.REJECT, VerdictKind.APPROVE), False),
        ((VerdictKind.APPROVE, VerdictKind.REJECT, None), True),
    ],
)
def test_what_left_unverified_is_recalled_only_by_a_decision_on_another_text(
    said: tuple[VerdictKind | None, ...], recalled: bool
) -> None:
    """An undone verdict objects to nothing, and an approval after a mistaken rejection approves just what was sent."""
    world = World(routes=(Route(name="Open", hold=False),))
    (task,) = world.bring(an_output(hold=True))
    for kind in said:
        if kind is None:
            world.verdicts.withdraw(task, MARA)
            continue
        edit = "It costs € 3.50." if kind is VerdictKind.EDIT else None
        reasons = ("invented",) if kind is VerdictKind.REJECT else ()
        world.verdicts.record(Ballot(task_id=task, reviewer=MARA, kind=kind, correction=edit, reasons=reasons))
    assert (world.release.get("o-1").recalled_at is not None) is recalled


def test_two_first_routes_at_once_leave_one_that_decides() -> None:
    """The permission is asked again in the transaction: the policy that was read before knows nothing of the first."""
    world = World(MemoryStore())
    stale = FixedPolicies(policy=Policy(version="empty"))
    desk = RouteDesk(store=world.store, clock=world.clock, ids=world.ids, policies=stale)
    desk.save(wanted(), by=MARA, is_admin=False)
    with pytest.raises(NotYourTask):
        desk.save(wanted("C0LOANS"), by=JONAS, is_admin=False)
