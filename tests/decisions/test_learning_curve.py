"""Learning curves: exact ones are followed, and few points promise little."""

from __future__ import annotations

import pytest

from reviewers.decisions.learning_curve import CurvePoint, Expected, expected
from reviewers.model.missing import Missing


def curve(sizes: tuple[int, ...], a: float, b: float, c: float, error: float = 0.002) -> list[CurvePoint]:
    """Points that lie on a + b n^-c."""
    return [CurvePoint(corrections=size, rate=a + b * size**-c, error=error) for size in sizes]


def test_an_exact_curve_is_followed() -> None:
    """.04 + 1.2 / √n at 400 is .04 + 1.2 / 20 = .10."""
    after = expected(curve((25, 50, 100, 200), 0.04, 1.2, 0.5), 400)

    assert isinstance(after, Expected)
    assert after.rate == pytest.approx(0.10, abs=0.01)
    assert after.rate < after.worst < 0.13


def test_noise_widens_the_promise() -> None:
    """The same points with ten times the error promise less."""
    sure = expected(curve((50, 100, 200), 0.04, 1.2, 0.5, error=0.003), 400)
    unsure = expected(curve((50, 100, 200), 0.04, 1.2, 0.5, error=0.03), 400)

    assert isinstance(sure, Expected)
    assert isinstance(unsure, Expected)
    assert unsure.worst > sure.worst + 0.005


def test_corrections_that_taught_nothing_promise_nothing() -> None:
    """Rates that rise with more corrections are taken for their mean, .12: the curve never rises."""
    points = [
        CurvePoint(corrections=size, rate=rate, error=0.01) for size, rate in ((50, 0.11), (100, 0.12), (200, 0.13))
    ]
    after = expected(points, 400)

    assert isinstance(after, Expected)
    assert after.rate == pytest.approx(0.12, abs=1e-6)
    # 80 % point of the mean of three: .12 + .8416 · .01 / √3 = .12486.
    assert after.worst == pytest.approx(0.12486, abs=1e-4)


def test_two_trainings_are_no_curve() -> None:
    """Three numbers need three points of different size."""
    assert expected(curve((50, 100), 0.04, 1.2, 0.5), 400) == Missing(found=2, needed=3, of="past trainings")
    assert expected([], 400) == Missing(found=0, needed=3, of="past trainings")
    assert isinstance(expected(curve((50, 50, 50), 0.04, 1.2, 0.5), 400), Missing)
