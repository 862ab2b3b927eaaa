"""Whether to suggest retraining: only where five conditions hold, and never before a cheaper cure.

Each condition is met, not met or unknown, with the numbers behind it. Only the expected gain may be unknown: it
takes past trainings that reported what they brought.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from reviewers.decisions.agreement import TRUSTED_FROM
from reviewers.decisions.approved_share import approved_beside
from reviewers.decisions.learning_curve import CurvePoint, Expected, expected
from reviewers.model.judgement import Rate
from reviewers.model.missing import Missing
from reviewers.model.suggestion import (
    Agreement,
    Cure,
    Evidence,
    Gain,
    Material,
    Met,
    OtherCause,
    Suggestion,
    TrainingSet,
    Upstream,
    UpstreamChange,
)

# Without duplicates. Our choice: a training that cures 6 and breaks 1 of 100 is seen on 218 (McNemar, power .8).
CORRECTIONS_NEED = 200
PART_NEEDS = 50  # of these in the failing part: our choice
EXPLAINS = 0.5  # share of the wrong outputs that another cause has to account for: our choice
CURES = {Upstream.SOURCE: Upstream.INDEX}  # a page that changed is cured where it is searched; the others at the root


@dataclass(frozen=True, kw_only=True, slots=True)
class Wrongs:
    """The wrong outputs of the failing part in the current window, and what kind of wrong they are."""

    of: int  # all of them
    without_source: int = 0  # no passage came near the question: there is nothing that could be cited
    beside_the_point: int = 0  # cite passages that reviewers marked as beside the point
    manner: int = 0  # rejected as style or off-topic alone: the prompt says how to answer


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What is known of a route when its week ends."""

    rate: Rate | Missing  # of wrong outputs
    before: Rate | Missing  # in the reference window; stands for the target where the route names none
    target: float | None  # the share of wrong outputs that the route allows
    crossed: bool | None  # the watch confirmed more wrong outputs; None: it has no baseline yet
    corrections: int  # since the last dataset, duplicates removed
    approved: int  # approved outputs since then
    part: str  # the failing slice or topic; empty: none stands out
    in_part: int | None  # corrections there; None: none stands out
    points: tuple[CurvePoint, ...]  # of past trainings
    alpha: float | None  # Krippendorff's, in the failing part where it can be said there; None: too few
    alpha_part: str  # where it was measured; empty: on all outputs
    twice: int  # outputs with two opinions, there
    wrongs: Wrongs
    changes: tuple[UpstreamChange, ...]  # upstream, in the two windows
    unchanged_since: datetime | None  # the last change before them; None: none is known
    watched: tuple[Upstream, ...]  # what the application tells of
    set_name: str  # that the dataset would have, such as "cards-12"


def suggest(facts: Facts) -> Suggestion:
    """The five conditions, what to try first, and the training set where all of them hold.

    Evidence: the watch crossed, or even the lower end of the error rate lies above the target. Material: 200
    corrections without duplicates, 50 of them in the failing part. Gain: with 80 % confidence the learning curve takes
    away more than half of the gap to the target. Agreement: alpha of 0.6. No other cause: nothing upstream, and no
    kind of error that retraining does not cure, accounts for half of the wrong outputs.

    What is missing is unknown, and any condition that is unknown but the gain stops the suggestion.
    """
    cure = cheaper(facts.wrongs, facts.changes)
    suggestion = Suggestion(
        evidence=_evidence(facts),
        material=_material(facts),
        gain=_gain(facts),
        agreement=_agreement(facts),
        other_cause=_other_cause(facts, cure),
        cure=cure,
        training_set=None,
    )
    return _with_set(suggestion, facts) if suggestion.suggested else suggestion


def cheaper(wrongs: Wrongs, changes: tuple[UpstreamChange, ...]) -> Cure | None:
    """What costs less than training and accounts for at least half of the wrong outputs; None: nothing does.

    A change that is known comes before a kind of error, and of several the one that accounts for the most. Of kinds:
    nothing to cite (write the source), the wrong passage (the index), the wrong manner (the prompt).
    """
    telling = [change for change in changes if change.of and change.wrong >= EXPLAINS * change.of]
    if telling:
        first = _most_first(telling)[0]
        return Cure(kind=CURES.get(first.kind, first.kind), change=first, wrong=first.wrong, of=first.of)
    kinds = (
        (Upstream.SOURCE, wrongs.without_source),
        (Upstream.INDEX, wrongs.beside_the_point),
        (Upstream.PROMPT, wrongs.manner),
    )
    found = [(kind, wrong) for kind, wrong in kinds if wrong and wrong >= EXPLAINS * wrongs.of]
    if not found:
        return None
    kind, wrong = max(found, key=lambda one: one[1])
    return Cure(kind=kind, change=None, wrong=wrong, of=wrongs.of)


def _evidence(facts: Facts) -> Evidence:
    known = isinstance(facts.rate, Rate)
    above = isinstance(facts.rate, Rate) and facts.target is not None and facts.rate.low > facts.target
    told = facts.crossed is not None or (known and facts.target is not None)
    return Evidence(
        met=Met.MET if facts.crossed or above else Met.FAILED if told else Met.UNKNOWN,
        value=facts.rate.value if isinstance(facts.rate, Rate) else None,
        low=facts.rate.low if isinstance(facts.rate, Rate) else None,
        target=facts.target,
        crossed=bool(facts.crossed),
        reviewed=facts.rate.reviewed if isinstance(facts.rate, Rate) else facts.rate.found,
    )


def _material(facts: Facts) -> Material:
    enough = facts.corrections >= CORRECTIONS_NEED and (facts.in_part is None or facts.in_part >= PART_NEEDS)
    return Material(
        met=Met.MET if enough else Met.FAILED,
        corrections=facts.corrections,
        needed=CORRECTIONS_NEED,
        part=facts.part,
        in_part=facts.in_part,
        part_needed=PART_NEEDS,
    )


def _gain(facts: Facts) -> Gain:
    goal = facts.target if facts.target is not None else _value(facts.before)
    rate = _value(facts.rate)
    needed = max(rate - goal, 0.0) / 2.0 if rate is not None and goal is not None else None
    after = expected(facts.points, facts.corrections) if facts.corrections > 0 else None
    if not isinstance(after, Expected) or needed is None or rate is None:
        known = after if isinstance(after, Expected) else None
        return Gain(
            met=Met.UNKNOWN,
            runs=len(facts.points),
            rate=known.rate if known else None,
            worst=known.worst if known else None,
            needed=needed,
        )
    return Gain(
        met=Met.MET if rate - after.worst > needed else Met.FAILED,
        runs=len(facts.points),
        rate=after.rate,
        worst=after.worst,
        needed=needed,
    )


def _agreement(facts: Facts) -> Agreement:
    met = Met.UNKNOWN if facts.alpha is None else Met.MET if facts.alpha >= TRUSTED_FROM else Met.FAILED
    return Agreement(met=met, alpha=facts.alpha, needed=TRUSTED_FROM, part=facts.alpha_part, twice=facts.twice)


def _other_cause(facts: Facts, cure: Cure | None) -> OtherCause:
    met = Met.FAILED if cure else Met.MET if facts.watched else Met.UNKNOWN
    return OtherCause(
        met=met,
        changes=tuple(_most_first(facts.changes)),
        unchanged_since=None if facts.changes else facts.unchanged_since,
        watched=facts.watched,
    )


def _with_set(suggestion: Suggestion, facts: Facts) -> Suggestion:
    """Approved outputs make up 30 of 100 rows, or as many as there are."""
    approved = min(facts.approved, approved_beside(facts.corrections))
    return replace(
        suggestion,
        training_set=TrainingSet(
            name=facts.set_name,
            corrections=facts.corrections,
            approved=approved,
            share_approved=approved / (facts.corrections + approved),
        ),
    )


def _most_first(changes: list[UpstreamChange] | tuple[UpstreamChange, ...]) -> list[UpstreamChange]:
    order = list(Upstream)
    return sorted(changes, key=lambda one: (-one.wrong, order.index(one.kind), one.changed_at, one.name))


def _value(rate: Rate | Missing) -> float | None:
    return rate.value if isinstance(rate, Rate) else None
