"""What may leave without review: "at most 5 % of it is wrong, with 90 % confidence", or what would prove that.

The outputs whose risk is at most a threshold are a part of all. Parts are tested from a small one to larger ones, in an
order that the risks alone set before any verdict is looked at, each at the full level, and the first that is not proven
ends it. So a false part is taken for proven in at most 1 in 10 cases, however many are tested (fixed-sequence testing:
Maurer, Hothorn and Lehmacher 1995; for the control of risks Angelopoulos, Bates, Candès, Jordan and Lei, "Learn then
Test", 2021, section 3.2).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from math import ceil, log, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from reviewers.decisions.error_rates import inputs_of, users
from reviewers.decisions.estimate import REVIEWS_NEED, clopper_pearson, estimate
from reviewers.decisions.estimate_inputs import ReviewerErrors
from reviewers.decisions.too_few import TooFew
from reviewers.model import STANDS, Guarantee, Part, PeriodOutputs, Proof, Versions

CONFIDENCE = 0.90  # one-sided: what the guarantee says, "with 90 % confidence"
STEP = 0.02  # of all outputs, from one part to the next: our choice, because finer steps proved no more in simulation
LEAST_SHARE = 0.10  # of all outputs, in the smallest part: our choice, because a proof for less spares nobody work
EVEN = 1e-9  # chances that differ by less are equal: rounding
POWER = 0.80  # chance that the reviews which are asked for prove it: the usual one (Cohen 1988, section 2.4)
PRIOR_REVIEWS = 30.0  # that the risks' own prediction is worth in a plan: our choice, about one part's worth of reviews

Floats = NDArray[np.float64]


def thresholds(risks: Floats, limit: float) -> list[float]:
    """The thresholds of the parts, in the order of testing, ascending; they depend on the risks alone.

    The first is where the risks promise the clearest proof: the largest (limit − m(t)) · √F(t), with F(t) the share of
    outputs up to t and m(t) their mean risk, since the z value of a test grows so. A part of less than LEAST_SHARE is
    never the first. (Measured at an error rate of 10 %, an AUROC of .9 and 500 reviews: this start lets 81 % of the
    outputs leave, a start at a predicted share of limit / 2 lets 75 %; with 200 even reviews 62 % and 48 %.)

    Args:
        risks: of all outputs of the period, each in [0, 1].
        limit: the share of wrong ones that is allowed, in (0, 1).

    Too little data: without outputs there is no threshold.

    >>> thresholds(np.array([0.0, 0.0, 0.0, 0.2]), 0.05)
    [0.0, 0.2]
    """
    ordered = np.sort(np.asarray(risks, dtype=np.float64))
    count = len(ordered)
    if not count:
        return []
    places = np.arange(1, count + 1)
    promise = (limit - np.cumsum(ordered) / places) * np.sqrt(places)
    least = min(count, ceil(LEAST_SHARE * count))
    first = max(int(np.argmax(promise)) + 1, least)
    ends = np.append(np.arange(first, count, max(1, round(STEP * count))), count)
    return [float(one) for one in np.unique(ordered[ends - 1])]


def prove(
    outputs: PeriodOutputs, *, limit: float, errors: ReviewerErrors | None = None, confidence: float = CONFIDENCE
) -> Guarantee:
    """Test the parts in their order, and say what the reviews prove, or how many would.

    A part is proven when the upper bound of its error rate is at most the limit: Clopper and Pearson's exact one where
    its outputs were drawn evenly and by themselves, else that of the model-assisted score interval, in the form that
    speaks for outputs which may come and not for these alone.

    Args:
        outputs: all outputs of the period; those without a risk are in no part.
        limit: the largest share that may be wrong, in (0, 1).
        errors: how often verdicts are right; None: they are taken as the truth.
        confidence: one-sided, in (0, 1).

    Too little data: nothing is proven, and `needed` says how many reviews would.
    """
    scored = ~np.isnan(outputs.risk)
    risks, reviewed = outputs.risk[scored], int(scored[outputs.reviewed].sum())

    own = users(outputs)

    def at(threshold: float) -> Part:
        return _part(outputs, own, threshold, errors, confidence)

    proven, missed = in_order(thresholds(risks, limit), at, limit)
    return Guarantee(
        limit=limit,
        confidence=confidence,
        outputs=len(risks),
        reviewed=reviewed,
        proven=proven,
        missed=missed,
        needed=reviews_needed(missed, limit=limit, reviewed=reviewed, confidence=confidence) if missed else None,
    )


def part_of(
    outputs: PeriodOutputs, threshold: float, *, errors: ReviewerErrors | None = None, confidence: float = CONFIDENCE
) -> Part:
    """The outputs with at most this risk, with one-sided bounds of their error rate.

    Too little data: with too few reviews for an estimate `value` is None and the bounds are 0 and 1.
    """
    return _part(outputs, users(outputs), threshold, errors, confidence)


def _part(
    outputs: PeriodOutputs,
    own: NDArray[np.int64],
    threshold: float,
    errors: ReviewerErrors | None,
    confidence: float,
) -> Part:
    """`own` numbers the users, since outputs apart from each other too are to speak for those that may come."""
    kept = outputs.risk <= threshold  # False where there is no risk
    sample, population = inputs_of(outputs, kept)
    inside, level = len(population.risk), 2.0 * confidence - 1.0
    part = Part(
        threshold=threshold,
        share=inside / max(1, int(np.count_nonzero(~np.isnan(outputs.risk)))),
        predicted=float(population.risk.mean()) if inside else 0.0,
        reviewed=len(sample),
    )
    if len(sample) < REVIEWS_NEED:
        return part
    if errors is None and sample.cluster is None and float(np.ptp(population.chance)) < EVEN:
        wrong = float(sample.wrong.sum())
        low, high = clopper_pearson(wrong, len(sample), level)
        return replace(part, value=wrong / len(sample), low=low, high=high, worth=float(len(sample)))
    places = outputs.reviewed[kept[outputs.reviewed]]
    found = estimate(
        replace(sample, cluster=own[places]),
        replace(population, cluster=own[kept]),
        errors=errors,
        levels=(level,),
    )
    if isinstance(found, TooFew):
        return part
    low, high = found.at(level)
    return replace(part, value=found.value, low=low, high=high, worth=found.effective_n)


def in_order(order: Sequence[float], part_at: Callable[[float], Part], limit: float) -> tuple[Part | None, Part | None]:
    """The last part that is proven, and the first that is not; nothing behind that one is looked at.

    Proven: its upper bound is at most the limit. Nothing in `order`: neither.
    """
    proven: Part | None = None
    for threshold in order:
        part = part_at(threshold)
        if part.high > limit:
            return proven, part
        proven = part
    return proven, None


def reviews_needed(part: Part, *, limit: float, reviewed: int, confidence: float = CONFIDENCE) -> int | None:
    """How many reviews in such a period would prove this part with a chance of POWER; None: no number would.

    n = [(z_c √(L (1 − L)) + z_p √(e (1 − e))) / (L − e)]² evenly drawn reviews in the part, with L the limit, z_c and
    z_p the standard normal's points of confidence and power, and e the share of wrong ones that is to be expected: the
    estimate, shrunk to the risks' prediction by PRIOR_REVIEWS, but never above the estimate, since only reviews can
    prove that too many are wrong. At least as many as prove it when none is wrong, log(1 − c) / log(1 − L). Reviews of
    all outputs are more, since only some fall into the part, and fewer or more by what one of them is worth there.

    Args:
        part: the one that is not proven.
        limit: in (0, 1).
        reviewed: outputs that people decided in the period, in and outside of the part.
        confidence: one-sided, in (0, 1).

    Extremes: e close to L needs endlessly many, e ≥ L gives None: the estimate is at least L then, or without any the
    prediction.

    Source: Fleiss, Levin and Paik, Statistical Methods for Rates and Proportions (3rd ed. 2003), section 2.5.
    """
    expected = part.predicted
    if part.value is not None:
        shrunk = part.reviewed * part.value + PRIOR_REVIEWS * part.predicted
        expected = min(part.value, shrunk / (part.reviewed + PRIOR_REVIEWS))
    if expected >= limit:
        return None
    spread = float(ndtri(confidence)) * sqrt(limit * (1.0 - limit)) + float(ndtri(POWER)) * sqrt(
        expected * (1.0 - expected)
    )
    even = max((spread / (limit - expected)) ** 2, log(1.0 - confidence) / log(1.0 - limit))
    gain = part.worth / reviewed if reviewed and part.worth > 0.0 else part.share
    return ceil(even / gain)


def renewed(
    before: Proof | None,
    found: Guarantee,
    at_threshold: Part | None,
    *,
    now: datetime,
    scorers: tuple[Versions, ...] = (),
) -> Proof | None:
    """What stands after a new test.

    A new proof counts, whether its part is larger or smaller than the one before. Without one the threshold stays where
    it was, until STANDS has passed, the limit became stricter, or the reviews prove the contrary: with the confidence,
    more than the limit is wrong up to it. (Measured over weeks of pooled reviews: more than the limit is wrong in 5 to
    8 % of the weeks; had each proof raised the threshold and none lowered it, in 14 %.)

    Args:
        before: the proof that stood; None: none did.
        found: the test of now.
        at_threshold: what the reviews of now say of the part up to the threshold that stood.
        now: the moment.
        scorers: that read the outputs of the test; without any a new proof holds for no output.
    """
    if found.proven is not None:
        part = found.proven
        return Proof(
            limit=found.limit,
            confidence=found.confidence,
            threshold=part.threshold,
            share=part.share,
            high=part.high,
            reviewed=part.reviewed,
            proven_at=now,
            scorers=scorers,
        )
    if before is None or before.limit > found.limit or now - before.proven_at >= STANDS:
        return None
    return None if at_threshold is not None and at_threshold.low > found.limit else before
