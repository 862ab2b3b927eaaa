"""How good a risk is on labelled outputs: by source set, by scorer, and by how many verdicts it may learn from."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from reviewers.decisions import calibration, measures, risk
from reviewers.decisions.calibration import FOLDS, fold
from reviewers.decisions.logistic import Floats
from reviewers.decisions.measures import Bin, Measured, RiskCoverage
from reviewers.decisions.risk import PRIOR, Judged
from reviewers.decisions.too_few import TooFew
from reviewers.model import RiskKind, RiskModel, Score

ALL = "all"  # names every set together, as a set may be named too
RISKIER_WHEN_HIGHER = frozenset({*risk.DETECTORS, "missing_facts", "contradictions", "judge"})  # the others: safer
SIZES = (0, 25, 50, 100, 200, 400, 800, 1600, 3200)  # of verdicts that are learned from
MORE = 1.25  # all there are is another size only where it is so much more than the one before
BINS = 10  # of the picture that holds risks against what came true
PARTS = 5  # each is tested once with what the others taught
REPEATS = 3  # other choices of the same number of verdicts: our choice


@dataclass(frozen=True, kw_only=True, slots=True)
class Labelled:
    """One labelled output with what the machine said of it."""

    output_id: str
    source_set: str
    document: str  # names its source document: outputs of one hang together
    wrong: bool
    scores: tuple[Score, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class SetReport:
    """The measures of one source set, or of all together."""

    name: str
    total: bool  # all together, where there are several
    outputs: int
    wrong: int
    documents: int
    unscored: int  # outputs that no detector read: their risk is the base rate
    auroc: Measured | TooFew  # of the risk
    brier: float | TooFew
    calibration_error: float | TooFew
    coverage: RiskCoverage | TooFew
    scorers: dict[str, Measured | TooFew]  # AUROC of each score alone, where it has one; by name


@dataclass(frozen=True, kw_only=True, slots=True)
class Lesson:
    """What a number of verdicts is worth, on outputs of documents that it has not seen."""

    verdicts: int
    auroc: float | TooFew  # mean over parts and repeats
    brier: float
    calibration_error: float | TooFew  # mean over repeats
    bins: tuple[Bin, ...]  # outputs of like risk, of the first repeat
    alone: float | TooFew  # AUROC of the detector alone, on the same outputs
    stacked: float  # share of the fits in which a stack was preferred


def by_set(rows: Sequence[Labelled], model: RiskModel = PRIOR) -> list[SetReport]:
    """Each source set by name, and at the end all together where there are several."""
    names = sorted({row.source_set for row in rows})
    found = [_report(name, [row for row in rows if row.source_set == name], model) for name in names]
    return [*found, _report(ALL, rows, model, total=True)] if len(names) > 1 else found


def mean_auroc(reports: Sequence[SetReport]) -> Measured | TooFew:
    """The mean over the source sets, each counted once."""
    found = [one.auroc for one in reports if not one.total and isinstance(one.auroc, Measured)]
    return measures.mean_of(found)


def _report(name: str, rows: Sequence[Labelled], model: RiskModel, *, total: bool = False) -> SetReport:
    wrong, risks = _wrong(rows), _risks(rows, model)
    ones = np.ones(len(rows))
    documents = [row.document for row in rows]
    return SetReport(
        name=name,
        total=total,
        outputs=len(rows),
        wrong=int(wrong.sum()),
        documents=len(set(documents)),
        unscored=sum(risk.detect(row.scores) is None for row in rows),
        auroc=measures.auroc(wrong, risks, ones, documents),
        brier=measures.brier(wrong, risks, ones),
        calibration_error=measures.calibration_error(wrong, risks, ones),
        coverage=measures.risk_coverage(wrong, risks, ones),
        scorers=_by_scorer(rows),
    )


def _by_scorer(rows: Sequence[Labelled]) -> dict[str, Measured | TooFew]:
    found = {}
    for name in sorted({score.scorer for row in rows for score in row.scores}):
        pairs = [(row, score.value) for row in rows for score in row.scores if score.scorer == name]
        having = [row for row, _ in pairs]
        values = np.array([value for _, value in pairs]) * (1.0 if name in RISKIER_WHEN_HIGHER else -1.0)
        documents = [row.document for row in having]
        found[name] = measures.auroc(_wrong(having), values, np.ones(len(having)), documents)
    return found


def learning_curve(
    rows: Sequence[Labelled],
    *,
    before: datetime,
    sizes: Sequence[int] = SIZES,
    repeats: int = REPEATS,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[Lesson]:
    """AUROC and Brier score against the number of verdicts that may be learned from.

    Cross-fitted: the outputs are parted by the hash of their document, and each part is tested with a model that
    learned from so many outputs of the other parts, chosen by hash, another choice in each repeat.

    Args:
        rows: labelled outputs.
        before: when learning ended, as the models note it.
        sizes: numbers of verdicts; those that four of five parts do not have are left out.
        repeats: how many choices of the same number.
        progress: told how many fits of how many are done.
    """
    parts = np.array([fold(row.document) * PARTS // FOLDS for row in rows])
    most = min((int((parts != part).sum()) for part in range(PARTS)), default=0)
    asked = [size for size in sizes if size <= most]
    if most > MORE * max(asked, default=0):
        asked.append(most)
    total, lessons = len(asked) * repeats * PARTS, []
    for at, size in enumerate(asked):
        fits: list[list[_Tested | None]] = []
        for repeat in range(repeats):
            fits.append([])
            for part in range(PARTS):
                fits[-1].append(_fit(rows, parts, part, size, repeat, before))
                progress((at * repeats + repeat) * PARTS + part + 1, total)
        lessons.append(_lesson(size, [[one for one in of if one is not None] for of in fits]))
    return lessons


@dataclass(frozen=True, kw_only=True, slots=True)
class _Tested:
    """One part, tested once."""

    wrong: Floats
    risks: Floats
    auroc: Measured | TooFew
    alone: Measured | TooFew
    stacked: bool


def _fit(
    rows: Sequence[Labelled], parts: np.ndarray, part: int, size: int, repeat: int, before: datetime
) -> _Tested | None:
    """Learn from `size` outputs of the other parts, and test on this part; None where it is empty."""
    held = [row for row, at in zip(rows, parts, strict=True) if at == part]
    if not held:
        return None
    others = [row for row, at in zip(rows, parts, strict=True) if at != part]
    chosen = sorted(others, key=lambda row: _draw(row.output_id, repeat))[:size]
    model = risk.fit([_judged(row) for row in chosen], before=before)
    wrong, risks, ones = _wrong(held), _risks(held, model), np.ones(len(held))
    alone = _risks(held, replace(PRIOR, base_rate=model.base_rate))
    return _Tested(
        wrong=wrong,
        risks=risks,
        auroc=measures.auroc(wrong, risks, ones),
        alone=measures.auroc(wrong, alone, ones),
        stacked=model.kind is RiskKind.STACK,
    )


def _lesson(size: int, repeats: Sequence[Sequence[_Tested]]) -> Lesson:
    """`repeats` has all parts of each repeat, which together are all outputs."""
    fits = [one for of in repeats for one in of]
    whole = [(np.concatenate([one.wrong for one in of]), np.concatenate([one.risks for one in of])) for of in repeats]
    ones = np.ones(len(whole[0][0]))
    return Lesson(
        verdicts=size,
        auroc=_mean([one.auroc for one in fits]),
        brier=float(np.mean([calibration.squared(risks, wrong).mean() for wrong, risks in whole])),
        calibration_error=_mean([measures.calibration_error(wrong, risks, ones) for wrong, risks in whole]),
        bins=tuple(measures.reliability(*whole[0], ones, bins=BINS)),
        alone=_mean([one.alone for one in fits]),
        stacked=sum(one.stacked for one in fits) / len(fits),
    )


def _mean(found: Sequence[Measured | TooFew | float]) -> float | TooFew:
    """Of those that could be measured; where none could, what the first one lacks."""
    known = [one.value if isinstance(one, Measured) else one for one in found if not isinstance(one, TooFew)]
    return sum(known) / len(known) if known else next(one for one in found if isinstance(one, TooFew))


def _draw(output_id: str, repeat: int) -> bytes:
    return hashlib.sha256(f"{repeat}:{output_id}".encode(errors="surrogatepass")).digest()


def _judged(row: Labelled) -> Judged:
    return Judged(group=row.document, scores=row.scores, wrong=row.wrong, chance=1.0)


def _wrong(rows: Sequence[Labelled]) -> Floats:
    return np.array([float(row.wrong) for row in rows])


def _risks(rows: Sequence[Labelled], model: RiskModel) -> Floats:
    return np.array([risk.assess(row.scores, model).probability for row in rows])
