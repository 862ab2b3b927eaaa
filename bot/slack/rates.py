"""Shares and times in words: "14 of 100 (9 to 20)", "38 s", and "too few" where nothing can be said."""

from __future__ import annotations

from reviewers.decisions.figures import Difference, Rate, TooFew

NARROW = 0.04  # an interval under four points carries one decimal
LONG_SECONDS = 90  # from here on in minutes


def share(rate: Rate) -> str:
    """ "14 of 100"; "9.6 of 100" where the interval is narrow enough to say so much."""
    return f"{_hundredths(rate.value, _decimals(rate))} of 100"


def interval(rate: Rate) -> str:
    """ "9 to 20", of 100."""
    decimals = _decimals(rate)
    return f"{_hundredths(rate.low, decimals)} to {_hundredths(rate.high, decimals)}"


def whole(rate: Rate | TooFew) -> str:
    """ "14 of 100 (9 to 20)", or that it cannot be said."""
    return few(rate) if isinstance(rate, TooFew) else f"{share(rate)} ({interval(rate)})"


def cell(rate: Rate | TooFew) -> str:
    """The same under a heading that says "of 100": "14 (9 to 20)", "too few (4)"."""
    if isinstance(rate, TooFew):
        return f"too few ({rate.found})"
    return f"{_hundredths(rate.value, _decimals(rate))} ({interval(rate)})"


def few(number: TooFew) -> str:
    """ "too few to say (6 of 20)"."""
    return f"too few to say ({number.found} of {number.needed})"


def marks_sentence(difference: Difference) -> str:
    """What the machine's marks do to what reviewers find."""
    points = [f"{value * 100:.0f}".replace("-", "−") for value in (difference.value, difference.low, difference.high)]
    value, low, high = ("0" if point == "−0" else point for point in points)
    return (
        f"With the machine's marks reviewers found {difference.first.value * 100:.0f} of 100 wrong, without them "
        f"{difference.second.value * 100:.0f} (difference {value}, {low} to {high})."
    )


def seconds_words(seconds: float) -> str:
    """ "38 s", "1 min 50 s", "12 min"."""
    whole_seconds = round(seconds)
    if whole_seconds < LONG_SECONDS:
        return f"{whole_seconds} s"
    minutes, rest = divmod(whole_seconds, 60)
    return f"{minutes} min {rest} s" if rest and minutes < 10 else f"{minutes} min"


def hours_words(seconds: float) -> str:
    """ "3.1 h", "4 h", "25 min"."""
    if seconds < 3600:
        return f"{round(seconds / 60)} min"
    return f"{seconds / 3600:.1f}".removesuffix(".0") + " h"


def _decimals(rate: Rate) -> int:
    return 1 if rate.high - rate.low < NARROW else 0


def _hundredths(value: float, decimals: int) -> str:
    return f"{value * 100:.{decimals}f}"
