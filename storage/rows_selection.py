"""Rows become types, and types become rows: plans of selection and cuts of queues."""

from __future__ import annotations

from reviewers.model import Cut, MadePlan, SelectionPlan, Signal
from storage import rows
from storage.rows import Found, Values

APART = ("version", "route", "policy_version", "made_at")  # columns of their own; the rest is the body


def plan_row(made: MadePlan) -> Values:
    """A plan as it was made."""
    row = rows.values(made)
    body = {name: value for name, value in row.items() if name not in APART}
    body |= {"plan": rows.values(made.plan), "signal": rows.values(made.signal)}
    return {name: row[name] for name in APART} | {"body": body}


def to_plan(row: Found) -> MadePlan:
    """The plan of a row of `selection_plans`; a field that came later has its default."""
    body = dict(row["body"])
    changed = {"plan": SelectionPlan(**body.pop("plan")), "signal": Signal(**body.pop("signal"))}
    return MadePlan(**{name: row[name] for name in APART}, **body | changed)


def cut_row(cut: Cut) -> Values:
    """What a cut meant for one task."""
    return rows.values(cut)


def to_cut(row: Found) -> Cut:
    """The cut of a row of `selection_cuts`."""
    return Cut(**rows.named(Cut, row))
