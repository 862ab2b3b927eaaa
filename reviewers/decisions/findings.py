"""Comparisons of two windows as the findings of a digest, held against each other, in the order in which they are told.

What is tested each week is held to a level that a year of weeks spends once; what is watched all the time needs no
such care, since its evidence holds whenever one looks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from reviewers.decisions.e_values import benjamini_hochberg, week_level
from reviewers.decisions.embedding_drift import EmbeddingDrift
from reviewers.decisions.error_rates import RATE_NEEDS
from reviewers.decisions.topics import Topic
from reviewers.decisions.value_drift import REST, Shift, ValueDrift, share_shift
from reviewers.model.digest import Aspect, Example, Finding, Headline, State, Unit
from reviewers.model.digest_parts import PartKind
from reviewers.model.missing import Missing

EMBEDDED = "permutation Hotelling T² and MMD"
SHARES = "difference of shares"
DISTRIBUTIONS = "Kolmogorov-Smirnov"
CATEGORIES = "chi-square"
_STATES = (State.DRIFT, State.STABLE, State.INSUFFICIENT)
_ASPECTS = tuple(Aspect)


def of_values(
    aspect: Aspect, found: ValueDrift | Missing, unit: Unit, *, category: str = "", scale: float = 1.0
) -> Finding:
    """A number's median, or a category's share.

    Args:
        aspect: what was compared.
        found: the comparison.
        unit: of the values, times `scale`.
        category: whose share is told, such as "refused"; empty: of categories the one that changed the most, with its
            name.
        scale: what the values are multiplied with, such as 0.001 for milliseconds as seconds.
    """
    if isinstance(found, Missing):
        return Finding(aspect=aspect, state=State.INSUFFICIENT, missing=found, unit=unit, n_now=found.found)
    shift = _shift(found, category) if category else found.shifts[0]
    shares = found.wasserstein is None
    return Finding(
        aspect=aspect,
        name=shift.name if shares and not category else "",
        state=found.state,
        now=shift.now * scale,
        before=shift.before * scale,
        effect=shift.effect * scale,
        low=shift.low * scale,
        high=shift.high * scale,
        unit=unit,
        n_now=found.now,
        n_before=found.before,
        test=CATEGORIES if shares else DISTRIBUTIONS,
        p_value=found.p_value,
        psi=found.psi,
    )


def _shift(found: ValueDrift, category: str) -> Shift:
    """That of the category; a rare one stands with the rest, and one that nobody saw has no share."""
    for name in (category, REST):
        for one in found.shifts:
            if one.name == name:
                return one
    return share_shift(category, 0, found.now, 0, found.before)


def of_embeddings(aspect: Aspect, found: EmbeddingDrift | Missing, examples: tuple[Example, ...] = ()) -> Finding:
    """Questions or answers as a whole; the examples are those that pull the most."""
    if isinstance(found, Missing):
        return Finding(aspect=aspect, state=State.INSUFFICIENT, missing=found, unit=Unit.ORDER, n_now=found.found)
    return Finding(
        aspect=aspect,
        state=found.state,
        effect=found.order.value,
        low=found.order.low,
        high=found.order.high,
        unit=Unit.ORDER,
        n_now=found.now,
        n_before=found.before,
        test=EMBEDDED,
        p_value=found.p_value,
        examples=examples,
    )


def of_topic(topic: Topic, n_now: int, n_before: int, examples: tuple[Example, ...] = ()) -> Finding:
    """The share of questions that one topic has, of so many in the two windows."""
    return Finding(
        aspect=Aspect.TOPIC,
        part=PartKind.TOPIC,
        name=topic.name,
        state=topic.state,
        missing=topic.missing,
        now=topic.now,
        before=topic.before,
        effect=topic.effect,
        low=topic.low,
        high=topic.high,
        unit=Unit.SHARE,
        n_now=n_now,
        n_before=n_before,
        new=topic.new,
        test=SHARES,
        p_value=topic.p_value,
        examples=examples,
    )


def settled(findings: Iterable[Finding], *, level: float | None = None) -> tuple[Finding, ...]:
    """All comparisons of a week, those with p-values held against each other, the most telling first.

    A comparison with a p-value is drift where its own test said so and Benjamini & Hochberg's procedure keeps it among
    all of the week, at a level that 52 weeks spend once: without any change at most 1 year in 100 has such a finding.
    Drift comes first, then what is stable, then what cannot be said; within these wrong outputs before everything
    else, and the stronger evidence before the weaker.

    Args:
        findings: of one route and week.
        level: of the week, in (0, 1); None: .01 / 52.
    """
    every = list(findings)
    tested = [
        place for place, one in enumerate(every) if one.p_value is not None and one.state is not State.INSUFFICIENT
    ]
    kept = benjamini_hochberg([every[place].p_value or 0.0 for place in tested], level=level or week_level())
    for place, found in zip(tested, kept, strict=True):
        if every[place].state is State.DRIFT and not found:
            every[place] = replace(every[place], state=State.STABLE, new=False)
    return tuple(sorted(every, key=_order))


def headline(findings: Sequence[Finding], *, outputs: int, reviewed: int) -> Headline:
    """What the first line says: the weightiest finding, or that there is none, or that nothing can be said.

    Args:
        findings: of all three states.
        outputs: of the week.
        reviewed: of these; below 40 the week has no rate.
    """
    if not outputs:
        return Headline.NO_TRAFFIC
    moved = [finding for finding in findings if finding.state is State.DRIFT]
    wrong = [finding for finding in moved if finding.aspect in (Aspect.WRONG, Aspect.SOURCE)]
    if wrong:
        return Headline.MORE_WRONG if any(_grew(finding) for finding in wrong) else Headline.FEWER_WRONG
    if any(finding.aspect in (Aspect.QUESTIONS, Aspect.TOPIC) for finding in moved):
        return Headline.NEW_QUESTIONS
    if moved:
        return Headline.CHANGED_ANSWERS
    return Headline.NOTHING_MOVED if reviewed >= RATE_NEEDS else Headline.TOO_FEW


def _grew(finding: Finding) -> bool:
    return finding.rising if finding.rising is not None else (finding.effect or 0.0) > 0.0


def _order(finding: Finding) -> tuple[int, int, int, float, str]:
    whole = 1 if finding.part is PartKind.ALL else 0  # a part says more than the whole that it is in
    strength = -(finding.e_value or 0.0) if finding.p_value is None else finding.p_value
    return _STATES.index(finding.state), _ASPECTS.index(finding.aspect), whole, strength, finding.name
