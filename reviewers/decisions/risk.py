"""The prior risk: a probability from the first day on, before any verdict of the deployment's own.

    logit(risk) = logit(COVERED) + UNCOVERED · u + MISSING · m + CONTRADICTED · c + UNSURE · l

u: share of the worst claim's words that its passages lack, in [0, 1]
m: numbers and names of the worst claim in no passage, counted up to 2
c: 1 if a passage contradicts a claim, else 0
l: how much less sure than usual the application's model was: USUAL_LOGPROB - mean log-probability, in [-0.5, 1.5]

It is a prior, not a fit: its coefficients are rounded odds ratios that can be said aloud, chosen so that a deployment
with 10 to 15 errors in 100 sees about that many on average. They have the direction and order that six public sets show
(`models-and-data.md`, section 3); none was tuned on one of them, since a model fitted on some of those sets falls to
chance on another. Ranking quality to expect: ROC-AUC .5 to .7 on altered facts, .9 where answers leave their source.
Reviewers' verdicts are what improves it.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log

from reviewers.model import Risk, Score

VERSION = "prior-1"
BASE_RATE = 0.12  # of 100 outputs of a deployed model, about 12 are wrong: the middle of the usual 10 to 15
COVERED = 0.05  # risk where the passages have every word and every fact of every claim: words miss some errors
UNCOVERED = log(6.0)  # a claim of which nothing is in the passages: odds times 6, a risk of 24 in 100
MISSING = log(2.0)  # each number or name in no passage: odds times 2; after two the claim is as bad as it gets
CONTRADICTED = log(8.0)  # a passage says another thing: odds times 8; the rule is careful, so it weighs most
UNSURE = log(2.0)  # each nat of mean log-probability: odds times 2
USUAL_LOGPROB = -0.5  # mean natural logarithm a token of a fluent answer, drawn at temperature 1


def assess(scores: Sequence[Score]) -> Risk:
    """The risk from the scores that have weight here: coverage, missing_facts, contradictions, token_logprob.

    Without coverage (no claims, or nothing to read them against) the risk is the base rate: an answer that states no
    facts can still be off the point, and nothing was learned about it. Scores of other scorers inform people, and the
    calibration that comes with verdicts; the prior has no weight for them.

    >>> round(assess([]).probability, 2)
    0.12
    """
    by_name = {score.scorer: score for score in scores}
    coverage, missing = by_name.get("coverage"), by_name.get("missing_facts")
    against, logprob = by_name.get("contradictions"), by_name.get("token_logprob")
    used = [score for score in (coverage, missing, against, logprob) if score is not None]
    logit = _logit(COVERED if coverage else BASE_RATE)
    if coverage:
        logit += UNCOVERED * (1.0 - _within(coverage.value, 0.0, 1.0))
    if missing:
        logit += MISSING * _within(missing.value, 0.0, 2.0)
    if against:
        logit += CONTRADICTED * _within(against.value, 0.0, 1.0)
    if logprob:
        logit += UNSURE * _within(USUAL_LOGPROB - logprob.value, -0.5, 1.5)
    return Risk(
        probability=1.0 / (1.0 + exp(-logit)),
        model_version=VERSION,
        verdicts_learned_from=0,
        scores_used=tuple(score.scorer for score in used),
    )


def _logit(probability: float) -> float:
    return log(probability / (1.0 - probability))


def _within(value: float, low: float, high: float) -> float:
    return min(high, max(low, value))
