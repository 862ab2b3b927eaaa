"""Slices and clusters: what the policy says, what an output does not say, and names that nobody chose."""

from __future__ import annotations

import pytest

from reviewers.decisions.slices import OTHER, as_known, cluster_of, slice_of, told_apart
from reviewers.model import JsonValue, Policy, Route
from tests.builders import an_output


@pytest.mark.parametrize(
    ("slice_by", "metadata", "expected"),
    [
        ("", {"tenant": "a"}, ""),
        ("tenant", {"tenant": "a"}, "a"),
        ("tenant", {}, ""),
        ("tenant", {"tenant": None}, ""),
        ("tenant", {"tenant": ["a"]}, ""),  # no plain value: nothing to call it
        ("retry", {"retry": 2}, "2"),
        ("gold", {"gold": True}, "yes"),
        ("tenant", {"tenant": "x" * 500}, "x" * 100),
        ("tag", {"tag": "of the metadata"}, "fees"),  # the word means tags
    ],
)
def test_slice_is_what_the_route_tells_outputs_apart_by(
    slice_by: str, metadata: dict[str, JsonValue], expected: str
) -> None:
    """Plain values as text; anything else is no slice."""
    output = an_output(tags=("fees", "cards"), metadata=metadata)
    assert slice_of(output, Route(name="r", slice_by=slice_by)) == expected


def test_output_without_tags_is_in_no_slice() -> None:
    """By tag it is the first one."""
    assert slice_of(an_output(tags=()), Route(name="r", slice_by="tag")) == ""


def test_outputs_of_one_user_share_a_number_and_others_do_not() -> None:
    """By the key that the policy names; another key is another kind of user."""
    policy, other = Policy(version="p"), Policy(version="p", cluster_by="conversation")
    mara, jonas = an_output(metadata={"user": "mara"}), an_output("o-2", metadata={"user": "jonas"})
    again = an_output("o-3", metadata={"user": "mara", "conversation": "mara"})
    assert cluster_of(mara, policy) == cluster_of(again, policy) != cluster_of(jonas, policy)
    assert cluster_of(again, other) not in (0, cluster_of(again, policy))
    assert cluster_of(mara, other) == 0
    assert 0 < cluster_of(an_output(metadata={"user": "\ud83d"}), policy) < 2**63


def test_rare_slices_are_one_to_a_plan() -> None:
    """Of 60 slices the 50 largest keep their names, and a slice that the plan does not know is among the others."""
    names = [f"s{number}" for number in range(60) for _ in range(60 - number)]
    told = told_apart(names)
    assert set(told) == {f"s{number}" for number in range(50)} | {OTHER}
    assert told.count(OTHER) == sum(range(1, 11))  # of the ten smallest: 10 + 9 + … + 1
    assert (as_known("s3", {"s3": 0.5, OTHER: 0.5}), as_known("new", {"s3": 0.5, OTHER: 0.5})) == ("s3", OTHER)


def test_plan_without_others_leaves_a_new_slice_its_name() -> None:
    """Then it counts as the smallest that the plan knows."""
    assert as_known("new", {"a": 1.0}) == "new"
