"""The routes of a policy as a table, in the order in which they are asked."""

from __future__ import annotations

from rich.table import Table

from reviewers.model import AfterDue, OnDisagreement, OnTimeout, Policy, Route

COLUMNS = ("route", "takes", "channel", "reviewers", "verdicts", "due", "held", "budget")
NARROW = ("due", "held", "budget")
ID_LENGTH = 11  # of Slack's ids, which are not cut in two: they are copied
OTHERS = "(all others)"


def route_table(policy: Policy) -> Table:
    """One row a route, and the policy's own for what no route takes."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in COLUMNS:
        table.add_column(column, overflow="fold", min_width=8 if column in NARROW else ID_LENGTH)
    for route in (*policy.routes, policy.own_route):
        table.add_row(*_cells(route))
    return table


def checking_words(policy: Policy) -> str:
    """How much of the reviewing goes into learning how well people decide."""
    parts = [f"{policy.double_review:.0%} of what one person decides is judged again"] if policy.double_review else []
    parts += [f"{policy.gold_rate:.0%} as many known answers are mixed in"] if policy.gold_rate else []
    return f"{' and '.join(parts)}." if parts else "Nothing is judged twice, so error rates cannot be corrected."


def _cells(route: Route) -> tuple[str, ...]:
    return (
        _plain(route.name) or OTHERS,
        _plain(_takes(route)),
        route.channel or "default",
        " ".join(route.reviewers) or "every member",
        _verdicts(route),
        f"{route.due_hours:g} h"
        + (f", out after {route.grace_hours:g} h" if route.after_due is AfterDue.TIME_OUT else ""),
        _held(route),
        _budget(route),
    )


def _verdicts(route: Route) -> str:
    extra = f", then a {'third' if route.on_disagreement is OnDisagreement.THIRD else 'lead'}"
    return f"{route.quorum}{extra if route.quorum > 1 else ''} ({route.show})"


def _takes(route: Route) -> str:
    match = route.match
    parts = [f"tag {' or '.join(match.tags)}"] if match.tags else []
    parts += [f"model {' or '.join(match.models)}"] if match.models else []
    parts += [f"{key} = {value}" for key, value in match.metadata.items()]
    parts += [f"risk from {route.risk_from:g}"] if route.risk_from is not None else []
    parts += [f"risk below {route.risk_below:g}"] if route.risk_below is not None else []
    return ", ".join(parts) or ("what no route takes" if not route.name else "everything")


def _held(route: Route) -> str:
    if not route.hold:
        return "no"
    proven = ""
    if route.release_below_proven and route.release_target is not None:
        proven = f"; sent at once where at most {route.release_target:.3g} wrong is proven"
    if route.on_timeout is OnTimeout.HOLD:
        return f"until decided{proven}"
    return f"{route.hold_minutes:g} min, then {'refused' if route.on_timeout is OnTimeout.REFUSE else 'sent'}{proven}"


def _budget(route: Route) -> str:
    if not route.has_budget:
        return "none"
    if route.minutes_per_week is not None:
        told = f"{route.minutes_per_week:g} min a week"
    else:
        told = f"{route.reviews_per_week:g} reviews a week"
    return told + (f", by {_plain(route.slice_by)}" if route.slice_by else "")


def _plain(text: str) -> str:
    from rich.markup import escape

    return escape(text)
