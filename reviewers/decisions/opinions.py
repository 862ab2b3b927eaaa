"""Verdicts as the figures of reviewers need them: who said right or wrong of what, and which answers are known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from reviewers.decisions import reviewer_errors
from reviewers.decisions.consensus import OUTCOMES
from reviewers.decisions.double_review import WRONG, Decided, Said
from reviewers.decisions.estimate_inputs import ReviewerErrors
from reviewers.decisions.reviewer_errors import Opinion
from reviewers.decisions.too_few import TooFew
from reviewers.model import Outcome, Purpose, Reviewed, ReviewTask, TaskState

WAITS = (TaskState.OPEN, TaskState.DISPUTED)
SAW_DECISION = "decided"  # `seen` of a verdict that disagrees with a decision, which the person was shown


@dataclass(frozen=True, kw_only=True, slots=True)
class Opinions:
    """What verdicts say of who gave them."""

    given: tuple[Opinion, ...]
    known: Mapping[str, bool]  # of items whose answer is known: whether it is wrong


def found_wrong(one: Reviewed) -> bool:
    """Whether this verdict edits or rejects."""
    return OUTCOMES[one.kind] is not Outcome.APPROVED


def knew(one: Reviewed) -> bool:
    """Whether the person was shown what was decided, and disagrees: whoever agrees then says nothing."""
    return one.seen == SAW_DECISION


def opinions(reviewed: Iterable[Reviewed]) -> Opinions:
    """One opinion a reviewer and item; verdicts on one output judge each other, known answers judge who gave them.

    A known answer that was made of a decided output is an item of its own: those who decided the output are not judged
    by an answer that is known because they agreed. What a lead settled is known from then on, and the lead's own
    verdict is no opinion, since it would be judged by itself.

    Who disagrees with a decision is left out, and so is what a lead settled then: only where somebody differs is it
    said at all, so it would make those who decided look worse than they are.
    """
    given: dict[tuple[str, str], Opinion] = {}
    known: dict[str, bool] = {}
    every = list(reviewed)
    contested = _contested(every)
    for one in every:
        if knew(one) or (one.as_lead and one.task_id in contested):
            continue
        item = one.task_id if one.purpose is Purpose.GOLD else one.output_id
        if one.as_lead:
            known[item] = found_wrong(one)
            continue
        if one.known:
            known.setdefault(item, one.known == WRONG)
        given[item, one.reviewer] = Opinion(item=item, reviewer=one.reviewer, wrong=found_wrong(one))
    return Opinions(given=tuple(given.values()), known=known)


def decided(reviewed: Iterable[Reviewed], looks: Iterable[ReviewTask]) -> dict[str, list[Decided]]:
    """Each output that was resolved, by route, with all looks at it; known answers of the application are left out.

    Args:
        reviewed: the deciding verdicts of a period, on reviews and second looks.
        looks: the second looks and known answers that were opened since then.
    """
    verdicts: dict[str, list[Reviewed]] = defaultdict(list)
    for one in reviewed:
        if one.purpose is not Purpose.GOLD:
            verdicts[one.output_id].append(one)
    opened: dict[str, list[ReviewTask]] = defaultdict(list)
    for look in looks:
        opened[look.output_id].append(look)
    by_route: dict[str, list[Decided]] = defaultdict(list)
    for output_id, given in verdicts.items():
        review = next((one for one in given if one.purpose is Purpose.REVIEW and one.outcome is not None), None)
        if review is not None and not review.known:
            by_route[review.route].append(_decided(review, given, opened.get(output_id, [])))
    return dict(by_route)


def units(reviewed: Iterable[Reviewed]) -> list[list[str]]:
    """For agreement: what was said of each output by those who judged it without knowing of each other."""
    said: dict[str, dict[str, str]] = defaultdict(dict)
    for one in reviewed:
        if not one.as_lead and not knew(one) and one.purpose is not Purpose.GOLD:
            said[one.output_id][one.reviewer] = "wrong" if found_wrong(one) else "right"
    return [list(verdicts.values()) for verdicts in said.values()]


def errors(reviewed: Sequence[Reviewed], routes: Collection[str] | None = None) -> ReviewerErrors | TooFew:
    """How often what the outputs of these routes came to is right, learned from all verdicts of everybody.

    Args:
        reviewed: the deciding verdicts of a period, on every route: people err alike wherever they review.
        routes: by name; None: all.

    Too little data: TooFew, as `reviewer_errors.of_resolutions` says it.
    """
    found = opinions(reviewed)
    panel = reviewer_errors.judge(found.given, found.known)
    return reviewer_errors.of_resolutions(panel, _juries(reviewed, routes))


def _contested(reviewed: Iterable[Reviewed]) -> set[str]:
    """The tasks with whose decision somebody disagreed who was shown it."""
    return {one.task_id for one in reviewed if knew(one)}


def _juries(reviewed: Sequence[Reviewed], routes: Collection[str] | None) -> list[tuple[str, ...]]:
    """For each output that the verdicts of reviewers decided: who said so, as far as right and wrong go."""
    juries: dict[str, list[str]] = defaultdict(list)
    contested = _contested(reviewed)  # a lead decided them
    for one in reviewed:
        if one.purpose is not Purpose.REVIEW or one.known or one.as_lead or one.outcome is None:
            continue
        if one.task_id in contested:
            continue
        won = found_wrong(one) is (one.outcome is not Outcome.APPROVED)
        if won and (routes is None or one.route in routes):
            juries[one.task_id].append(one.reviewer)
    return [tuple(jury) for jury in juries.values()]


def _decided(review: Reviewed, given: Sequence[Reviewed], looks: Sequence[ReviewTask]) -> Decided:
    assert review.resolved_at is not None
    seconds = [look for look in looks if look.purpose is Purpose.SECOND]
    said = {one.reviewer: found_wrong(one) for one in given if not one.as_lead}
    return Decided(
        output_id=review.output_id,
        wrong=review.outcome is not Outcome.APPROVED,
        as_lead=any(one.as_lead for one in given if one.purpose is Purpose.REVIEW),
        resolved_at=review.resolved_at,
        said=tuple(Said(reviewer=name, wrong=wrong) for name, wrong in said.items()),
        seconds=len(seconds),
        seconds_open=sum(look.state in WAITS for look in seconds),
        golds=sum(look.purpose is Purpose.GOLD for look in looks),
        seen_by=frozenset(one.reviewer for one in given).union(*(look.seen_by for look in looks)),
    )
