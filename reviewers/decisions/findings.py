"""Comparisons of two windows as the findings of a digest, held against each other, in the order in which they are told.

What is tested each week is held to a level that a year of weeks spends once; what is watched all the time needs no
such care, since its evidence holds whenever one looks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from reviewers.decisions.e_values import benjamini_hochberg, e_benjamini_hochberg, week_level
from reviewers.decisions.embedding_drift import EmbeddingDrift
from reviewers.decisions.error_rates import RATE_NEEDS
from reviewers.decisions.estimate import Estimate, change
from reviewers.decisions.too_few import TooFew
from reviewers.decisions.topics import Topic
from reviewers.decisions.value_drift import REST, Shift, ValueDrift, share_shift
from reviewers.decisions.verdict_drift import Direction, confirmed, e_value, since
from reviewers.model.digest import Aspect, Example, Finding, Headline, State, Unit
from reviewers.model.digest_parts import PartKind
from reviewers.model.missing import Missing
from reviewers.model.watch import Watch

WATCHED = "e-detector (Shiryaev-Roberts)"
EMBEDDED = "permutation Hotelling T² and MMD"
SHARES = "difference of shares"
DISTRIBUTIONS = "Kolmogorov-Smirnov"
CATEGORIES = "chi-square"
_STATES = (State.DRIFT, State.STABLE, State.INSUFFICIENT)
_ASPECTS = tuple(Aspect)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rates:
    """The weighted estimates of one part, for the effect of a change in verdicts."""

    before: Estimate | TooFew  # of the reference window
    now: Estimate | TooFew  # of the current one


def told(watches: Sequence[Watch]) -> tuple[bool, ...]:
    """Which of the watches over a route and its parts speak this week.

    Those that are confirmed by themselves, if they are the first, the whole route; of the parts, those that the e-BH
    procedure keeps among all watches. The e-value of a watch is the sum of its two directions, whose shares of the
    false alarms add up to one.
    """
    kept = e_benjamini_hochberg([_evidence(watch) for watch in watches])
    return tuple(
        found or (place == 0 and confirmed(watch) is not None)
        for place, (found, watch) in enumerate(zip(kept, watches, strict=True))
    )


def of_verdicts(
    watch: Watch | Missing, rates: Rates, *, speaks: bool, part: PartKind = PartKind.ALL, name: str = ""
) -> Finding:
    """Wrong outputs of a route or of one of its parts.

    Whether there is a change is said by the watch; how large it is by the weighted estimates of the two windows, where
    both have 40 reviews. Too few for a rate this week, or no baseline yet, and it says so: but a change that is told
    stays told.

    Args:
        watch: over the part; `Missing`: what its baseline lacks.
        rates: of the part.
        speaks: what `told` says of the watch.
        part: which outputs these are.
        name: of the part.
    """
    now, before = _enough(rates.now), _enough(rates.before)
    more = change(before, now) if before and now else None
    direction = _direction(watch) if isinstance(watch, Watch) else None
    missing = None if speaks else _lacking(watch, rates.now)
    return Finding(
        aspect=Aspect.WRONG,
        part=part,
        name=name,
        state=State.DRIFT if speaks else State.INSUFFICIENT if missing else State.STABLE,
        missing=missing,
        now=now.value if now else None,
        before=before.value if before else None,
        effect=more.value if more else None,
        low=more.low if more else None,
        high=more.high if more else None,
        unit=Unit.OF_100,
        n_now=_reviewed(rates.now),
        n_before=_reviewed(rates.before),
        rising=direction is Direction.MORE_WRONG if speaks and direction else None,
        since=since(watch, direction) if speaks and isinstance(watch, Watch) and direction else None,
        test=WATCHED,
        e_value=_evidence(watch) if isinstance(watch, Watch) else None,
    )


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
    all of the week, at a level that 52 weeks spend once: without any change at most 1 year in 50 has such a finding.
    Drift comes first, then what is stable, then what cannot be said; within these wrong outputs before everything
    else, and the stronger evidence before the weaker.

    Args:
        findings: of one route and week.
        level: of the week, in (0, 1); None: .02 / 52.
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


def _evidence(watch: Watch) -> float:
    return sum(e_value(watch, direction) for direction in Direction)


def _direction(watch: Watch) -> Direction:
    return confirmed(watch) or max(Direction, key=lambda direction: e_value(watch, direction))


def _enough(rate: Estimate | TooFew) -> Estimate | None:
    return rate if isinstance(rate, Estimate) and rate.reviewed >= RATE_NEEDS else None


def _reviewed(rate: Estimate | TooFew) -> int:
    return rate.reviewed if isinstance(rate, Estimate) else rate.found


def _lacking(watch: Watch | Missing, now: Estimate | TooFew) -> Missing | None:
    """What is missing to call it stable: first this week's reviews, then the baseline's."""
    if isinstance(now, TooFew) and now.of != "reviews":
        return Missing(found=now.found, needed=now.needed, of=now.of)
    if _reviewed(now) < RATE_NEEDS:
        return Missing(found=_reviewed(now), needed=RATE_NEEDS)
    return watch if isinstance(watch, Missing) else None


def _grew(finding: Finding) -> bool:
    return finding.rising if finding.rising is not None else (finding.effect or 0.0) > 0.0


def _order(finding: Finding) -> tuple[int, int, int, float, str]:
    whole = 1 if finding.part is PartKind.ALL else 0  # a part says more than the whole that it is in
    strength = -(finding.e_value or 0.0) if finding.p_value is None else finding.p_value
    return _STATES.index(finding.state), _ASPECTS.index(finding.aspect), whole, strength, finding.name
