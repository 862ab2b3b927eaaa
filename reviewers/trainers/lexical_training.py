"""Fits the weighings of the lexical fallback on made claims: altered facts and added text, each against true claims.

And how much what they say counts beside the detector.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypedDict

from reviewers.decisions.alignment import NAMES, align
from reviewers.trainers.claims.windows import ADDED, Window

UNHELD = 1e6  # the same, so large that nothing restrains two weights
STRENGTH = 1.0  # scikit-learn's C: our choice, since thousands of claims and ten features need little restraint


class Fitted(TypedDict):
    """One weighing, as the file of the fallback holds it."""

    intercept: float
    weights: dict[str, float]  # by name of the feature


def fit_weighings(windows: Sequence[Window]) -> dict[str, Fitted]:
    """Intercept and weights by name of the feature, for "altered" and "added"; six digits are more than they mean."""
    claims = [(claim, align(claim.text, " ".join(window.evidence))) for window in windows for claim in window.claims]
    true = [numbers for claim, numbers in claims if claim.supported]
    added = [numbers for claim, numbers in claims if not claim.supported and claim.kind in ADDED]
    altered = [numbers for claim, numbers in claims if not claim.supported and claim.kind not in ADDED]
    return {"altered": _fit(true, altered), "added": _fit(true, added)}


def words_weight(
    windows: Sequence[Window], logits: Sequence[Sequence[float]], weighings: Mapping[str, Fitted]
) -> float:
    """What a logit by words counts beside one of the detector, so that their sum tells most of made claims.

    The ratio of the two weights of a logistic regression, from 0 to 1 and with two digits: the words never count more
    than the detector; 0 for one that tells nothing, beside which there is no sum.

    Args:
        windows: claims by rules that neither learned from; written ones come in pairs with the same words, which would
            say that words count nothing.
        logits: the detector's, of each window's claims.
        weighings: as `fit_weighings` gives them.
    """
    from sklearn.linear_model import LogisticRegression

    rows, wrong = [], []
    for window, values in zip(windows, logits, strict=True):
        for claim, value in zip(window.claims, values, strict=True):
            numbers = align(claim.text, " ".join(window.evidence))
            rows.append((value, sum(_logit(one, numbers) for one in weighings.values())))
            wrong.append(not claim.supported)
    detector, words = LogisticRegression(C=UNHELD, max_iter=1000).fit(rows, wrong).coef_[0]
    return round(min(1.0, max(0.0, float(words / detector))), 2) if detector > 0 else 0.0


def _logit(fitted: Fitted, numbers: Sequence[float]) -> float:
    return fitted["intercept"] + sum(fitted["weights"][name] * one for name, one in zip(NAMES, numbers, strict=True))


def _fit(true: Sequence[Sequence[float]], wrong: Sequence[Sequence[float]]) -> Fitted:
    """Logistic regression in which both sides weigh the same (Hastie et al. 2009, section 4.4)."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=1000)
    model.fit([*true, *wrong], [0] * len(true) + [1] * len(wrong))
    weights = {name: round(float(weight), 6) for name, weight in zip(NAMES, model.coef_[0], strict=True)}
    return Fitted(intercept=round(float(model.intercept_[0]), 6), weights=weights)
