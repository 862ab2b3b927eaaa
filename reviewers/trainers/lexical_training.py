"""Fits the weighings of the lexical fallback on made claims: altered facts and added text, each against true claims."""

from __future__ import annotations

from collections.abc import Sequence

from reviewers.decisions.alignment import NAMES, align
from reviewers.trainers.claims.windows import ADDED, Window

STRENGTH = 1.0  # scikit-learn's C: our choice, since thousands of claims and ten features need little restraint


def fit_weighings(windows: Sequence[Window]) -> dict[str, dict[str, object]]:
    """Intercept and weights by name of the feature, for "altered" and "added"; six digits are more than they mean."""
    claims = [(claim, align(claim.text, " ".join(window.evidence))) for window in windows for claim in window.claims]
    true = [numbers for claim, numbers in claims if claim.supported]
    added = [numbers for claim, numbers in claims if not claim.supported and claim.kind in ADDED]
    altered = [numbers for claim, numbers in claims if not claim.supported and claim.kind not in ADDED]
    return {"altered": _fit(true, altered), "added": _fit(true, added)}


def _fit(true: Sequence[Sequence[float]], wrong: Sequence[Sequence[float]]) -> dict[str, object]:
    """Logistic regression in which both sides weigh the same (Hastie et al. 2009, section 4.4)."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=1000)
    model.fit([*true, *wrong], [0] * len(true) + [1] * len(wrong))
    weights = {name: round(float(weight), 6) for name, weight in zip(NAMES, model.coef_[0], strict=True)}
    return {"intercept": round(float(model.intercept_[0]), 6), "weights": weights}
