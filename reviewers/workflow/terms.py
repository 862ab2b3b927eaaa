"""What holds while outputs are decided on, as it stands in the store now."""

from __future__ import annotations

from reviewers.decisions.sampling import Terms
from reviewers.model import Policy
from reviewers.ports import UnitOfWork


def terms_now(uow: UnitOfWork, policy: Policy) -> Terms:
    """The policy with the newest plan of each of its routes that has a budget: one look-up each, none without."""
    names = [route.name for route in (*policy.routes, policy.own_route) if route.has_budget]
    found = {name: uow.plans.newest(name) for name in names}
    return Terms(policy=policy, plans={name: made for name, made in found.items() if made is not None})
