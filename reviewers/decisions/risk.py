"""The risk of an output: the chance that a reviewer would find it wrong. It begins with a prior, and learns.

    risk = curve(Σⱼ weightⱼ · (scoreⱼ - centreⱼ) / scaleⱼ)

On the first day one score alone counts, the detector's logit, through the prior's curve. Verdicts of earlier weeks then
move the curve, and may put a stack of scores in the detector's place: only where the deployment's own verdicts prefer
it. An output without any score that counts has the base rate: an answer that states no facts, or has nothing to be
read against, can still be wrong, and nothing was learned about it.

Models are versioned, and every risk names the version that it comes from.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from datetime import datetime
from math import log
from typing import NamedTuple

import numpy as np

from reviewers.decisions import calibration, stack
from reviewers.decisions.calibration import SLOPE, Verdicts
from reviewers.model import Candidate, Risk, RiskKind, RiskModel, RiskSignal, Score

BASE_RATE = 0.12  # of 100 outputs of a deployed model, about 12 are wrong: the middle of the usual 10 to 15
BASE_RIDGE = 10.0  # verdicts that the base rate counts as until there are some: our choice
DETECTORS = ("grounding", "grounding_lexical")  # scores whose value is a logit of being wrong; the first one counts
# Else the first of these, whose value is the probability that the sources support the output, in the order of their
# AUROC on LLM-AggreFact and RAGTruth as published; plain entailment models rank near chance there, so they only stack.
MEANT_FOR_IT = ("minicheck", "hallucination", "tokens")
SUREST = 0.001  # a probability nearer to 0 or 1 says no more than this one
RECENT = 20  # outputs whose detector counts as the one in use: a stand-in of an hour is no change of it
WORDS, WORDS_VERSION = "words", "words-2"  # stands for a detector where there is none: see `_words`

# Odds that can be said aloud. They have the direction and order of six public sets of checked answers (SummEdits,
# BEGIN, q², WiCE, QAGS, FaithBench); none was tuned on one of them: weights that fit some fall to chance on another.
COVERED = 0.05  # risk where the passages have every word and every fact of every claim: words miss some errors
UNCOVERED = log(6.0)  # a claim of which nothing is in the passages: odds times 6, a risk of 24 in 100
MISSING = log(2.0)  # each number or name in no passage: odds times 2; after two the claim is as bad as it gets
CONTRADICTED = log(8.0)  # a passage says another thing: odds times 8; the rule is careful, so it weighs most

PRIOR = RiskModel(
    version="prior-2",
    kind=RiskKind.PRIOR,
    signals=(RiskSignal(scorer="", version=""),),  # whichever detector there is
    curve=calibration.prior(BASE_RATE),
    base_rate=BASE_RATE,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """One output that people decided on, and what the machine had said of it."""

    group: str  # what must not be split between learning and testing: the output's id, or its conversation's
    scores: tuple[Score, ...]
    wrong: bool  # edited or rejected
    chance: float  # its inclusion probability, in (0, 1]


class Detected(NamedTuple):
    """The score that the risk rests on first."""

    scorer: str
    version: str
    value: float  # evidence of being wrong, a logit
    used: tuple[str, ...]  # the scores that it is made of


def detect(scores: Sequence[Score]) -> Detected | None:
    """The detector's evidence, else what the words say, else None: no claims, no sources, or no such scorer.

    >>> detect([]) is None
    True
    """
    by_name = {score.scorer: score for score in scores}
    for name in DETECTORS:
        if (found := by_name.get(name)) is not None:
            return Detected(name, found.version, found.value, (name,))
    for name in MEANT_FOR_IT:
        if (found := by_name.get(name)) is not None:
            supported = _within(found.value, SUREST, 1.0 - SUREST)
            return Detected(name, found.version, log((1.0 - supported) / supported), (name,))
    return _words(by_name)


def assess(scores: Sequence[Score], model: RiskModel = PRIOR) -> Risk:
    """The risk from the scores that the model reads.

    A score of another version than the model learned from counts as missing, since its numbers mean something else; a
    detector of another version (it was changed since) is read through the prior, and the risk says so.

    >>> round(assess([]).probability, 2)
    0.12
    """
    found = detect(scores)
    if found is not None and not _reads(model, found):
        model = PRIOR
    values, used = _row(model.signals, scores, found)
    probability = model.base_rate
    if found is None:
        used = ()  # a stack without its detector would read the rest as beside a logit of 0, which few right ones have
    if used:
        evidence = stack.evidence(model.signals, np.array([values]))
        probability = float(calibration.probabilities(model.curve, evidence)[0])
    return Risk(
        probability=probability,
        model_version=model.version,
        verdicts_learned_from=model.verdicts,
        scores_used=used,
    )


def fit(history: Sequence[Judged], *, before: datetime) -> RiskModel:
    """What the deployment's own verdicts teach; the prior where there are none.

    The detector is the one that read most of the newest `RECENT` outputs; what another one read, or another version,
    teaches nothing about it. Outputs without any teach the base rate. Weights are 1 / inclusion probability.

    Args:
        history: decided outputs, the oldest first.
        before: they were all decided before this moment, the start of the week in which the model is used: so no
            risk was learned from the verdicts that it is later held against.
    """
    if not history:
        return PRIOR
    found = [detect(one.scores) for one in history]
    newest = _in_use([one for one in found if one is not None])
    blank = [one for one, of in zip(history, found, strict=True) if of is None]
    read = [one for one, of in zip(history, found, strict=True) if newest and of and of[:2] == newest[:2]]
    learned = replace(PRIOR, kind=RiskKind.ALONE, base_rate=_base_rate(history, blank))
    if newest is not None:
        learned = _learned(table(read, newest), verdicts_of(read), learned)
    both = [*read, *blank]
    whole = replace(learned, verdicts=len(both), errors=sum(one.wrong for one in both), before=before)
    return replace(whole, version=version(whole))


def _in_use(found: Sequence[Detected]) -> Detected | None:
    """One reading of the detector that made most of the newest ones; of two that made as many, the newer."""
    newest = {one[:2]: one for one in found[-RECENT:]}
    made = Counter(one[:2] for one in reversed(found[-RECENT:]))  # of equals, the first that is met
    return newest[made.most_common(1)[0][0]] if made else None


def version(model: RiskModel) -> str:
    """Kind and content: what was learned again, to the same numbers, has the same version."""
    content = (
        [astuple(signal) for signal in model.signals],
        astuple(model.curve),
        model.base_rate,
        model.verdicts,
        model.errors,
    )
    return f"{model.kind.value}-{hashlib.sha256(repr(content).encode()).hexdigest()[:8]}"


def verdicts_of(history: Sequence[Judged]) -> Verdicts:
    """The verdicts as columns; the evidence is the detector's, and every output has one."""
    return Verdicts(
        evidence=np.array([found.value for one in history if (found := detect(one.scores))]),
        wrong=np.array([float(one.wrong) for one in history]),
        weights=calibration.balanced(np.array([one.chance for one in history])),
        folds=calibration.folds([one.group for one in history]),
    )


def table(history: Sequence[Judged], newest: Detected) -> stack.Table:
    """The scores as columns: the detector, then every other scorer in its newest version, by name."""
    versions = {score.scorer: score.version for one in history for score in one.scores}
    names = sorted(name for name in versions if name != newest.scorer)
    scorers = ((newest.scorer, newest.version), *((name, versions[name]) for name in names))
    signals = tuple(RiskSignal(scorer=name, version=of) for name, of in scorers)
    rows = [_row(signals, one.scores, detect(one.scores))[0] for one in history]
    return stack.Table(scorers=scorers, values=np.array(rows))


def _learned(scores: stack.Table, verdicts: Verdicts, start: RiskModel) -> RiskModel:
    """The detector alone with the curve that does best, or the stack where it does better by more than chance."""
    name, of = scores.scorers[0]
    curve, candidates = calibration.choose(verdicts, start.curve)
    scores = stack.usable(scores)
    compared = stack.compare(scores, verdicts, start.curve)
    if compared is not None and stack.preferred(compared[1]):
        made = stack.fit(scores, verdicts, start.curve)
        ranked = (compared[1], compared[0])
        return replace(start, kind=RiskKind.STACK, signals=made.signals, curve=made.curve, candidates=ranked)
    signals = (RiskSignal(scorer=name, version=of),)
    return replace(start, signals=signals, curve=curve, candidates=_ranked(candidates, compared))


def _ranked(curves: tuple[Candidate, ...], stacks: tuple[Candidate, ...] | None) -> tuple[Candidate, ...]:
    """The curves that were compared, the preferred one first, and the stack that was not preferred."""
    if stacks is None:
        return curves
    return (*curves, stacks[1]) if curves else stacks


def _base_rate(history: Sequence[Judged], blank: Sequence[Judged]) -> float:
    """The share of wrong ones among outputs that no detector read, held near that of all, held near the prior's."""
    return _held_near(_held_near(BASE_RATE, history), blank)


def _held_near(rate: float, outputs: Sequence[Judged]) -> float:
    """(ridge · rate + Σ w y) / (ridge + Σ w): without outputs it is the rate."""
    weights = calibration.balanced(np.array([one.chance for one in outputs]))
    wrong = weights @ np.array([float(one.wrong) for one in outputs])
    return float((BASE_RIDGE * rate + wrong) / (BASE_RIDGE + weights.sum()))


def _reads(model: RiskModel, found: Detected) -> bool:
    first = model.signals[0]
    return first.scorer in {"", found.scorer} and first.version in {"", found.version}


def _row(
    signals: Sequence[RiskSignal], scores: Sequence[Score], found: Detected | None
) -> tuple[list[float], tuple[str, ...]]:
    """The values of the signals, NaN for a missing one, and the names of the scores behind those that are there."""
    by_name = {(score.scorer, score.version): score.value for score in scores}
    values, used = [found.value if found else float("nan")], list(found.used if found else ())
    for signal in signals[1:]:
        value = by_name.get((signal.scorer, signal.version))
        values.append(float("nan") if value is None else value)
        used += [signal.scorer] * (value is not None and signal.scorer not in used)
    return values, tuple(used)


def _words(by_name: dict[str, Score]) -> Detected | None:
    """Where no detector runs: odds from what the passages cover, lack and contradict, on the detector's scale.

        (logit COVERED - logit BASE_RATE + UNCOVERED · u + MISSING · m + CONTRADICTED · c) / SLOPE

    u: share of the worst claim's words that its passages lack, in [0, 1]; m: numbers and names of it in no passage,
    counted up to 2; c: 1 if a passage contradicts a claim, else 0. Read through the prior's curve the odds are those
    of the constants. Ranking to expect: AUROC .5 to .7 on altered facts, .9 where answers leave their source.
    """
    coverage, missing, against = (by_name.get(name) for name in ("coverage", "missing_facts", "contradictions"))
    if coverage is None:
        return None
    logit = log(COVERED / (1 - COVERED)) - log(BASE_RATE / (1 - BASE_RATE))
    logit += UNCOVERED * (1.0 - _within(coverage.value, 0.0, 1.0))
    logit += MISSING * _within(missing.value, 0.0, 2.0) if missing else 0.0
    logit += CONTRADICTED * _within(against.value, 0.0, 1.0) if against else 0.0
    used = tuple(score.scorer for score in (coverage, missing, against) if score is not None)
    return Detected(WORDS, WORDS_VERSION, logit / SLOPE, used)


def _within(value: float, low: float, high: float) -> float:
    return min(high, max(low, value))
