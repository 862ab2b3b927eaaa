"""Numbers of a digest in words: "31 of 100", "+22 points, 11 to 35", "1.4 s", "16 November"."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from bot.slack import clock, rates
from reviewers.model.digest import Digest, Finding, Unit, Window
from reviewers.model.judgement import Rate
from reviewers.model.missing import Missing

NARROW = 0.04  # an interval under four points carries one decimal, as in `rates`
_MONTHS = "January February March April May June July August September October November December".split()
_BARE = timedelta(microseconds=1)  # what a window's end lies behind its last moment


def cell(rate: Rate | Missing) -> str:
    """Under a heading that says "of 100": "14 (9 to 20)", "too few (4)"."""
    if isinstance(rate, Missing):
        return f"too few ({rate.found:,})"
    return f"{bare_share(rate)} ({rates.interval(rate)})"


def bare_share(rate: Rate) -> str:
    """ "14", of 100."""
    return rates.share(rate).removesuffix(" of 100")


def few(missing: Missing) -> str:
    """ "4 of 40 reviews"."""
    return f"{missing.found:,} of {missing.needed:,} {missing.of}"


def long_day(moment: datetime, zone: tzinfo) -> str:
    """ "16 November", where the team is."""
    local = moment.astimezone(zone)
    return f"{local.day} {_MONTHS[local.month - 1]}"


def period(window: Window, zone: tzinfo) -> str:
    """ "16 to 22 Nov", "30 Nov to 6 Dec": its first and its last day."""
    first, last = window.start.astimezone(zone).date(), (window.end - _BARE).astimezone(zone).date()
    if (first.year, first.month) == (last.year, last.month):
        return clock.day(last) if first == last else f"{first.day} to {clock.day(last)}"
    return f"{clock.day(first)} to {clock.day(last)}"


def week_number(week: str) -> str:
    """ "47" of "2026-W47"."""
    return week.partition("-W")[2].lstrip("0") or week


def weeks_before(digest: Digest) -> int:
    """How many weeks the reference window has, at least 1."""
    return max(1, round((digest.reference.end - digest.reference.start) / timedelta(weeks=1)))


def before_words(digest: Digest) -> str:
    """ "the 4 weeks before"."""
    weeks = weeks_before(digest)
    return "the week before" if weeks == 1 else f"the {weeks} weeks before"


def amount(value: float, unit: Unit) -> str:
    """A number with what it counts: "31 of 100", "4 %", "1.4 s", "420 characters"."""
    number = bare_amount(value, unit)
    if unit in (Unit.OF_100, Unit.ORDER):
        return f"{number} of 100"
    if unit is Unit.SHARE:
        return f"{number} %"
    if unit is Unit.SECONDS:
        return f"{number} s"
    return f"{number} {unit.value}" if unit in (Unit.CHARACTERS, Unit.TOKENS) else number


def bare_amount(value: float, unit: Unit) -> str:
    """The same without what it counts; a share in hundredths."""
    if unit in (Unit.OF_100, Unit.SHARE, Unit.ORDER):
        return _hundredths(value, one_decimal=0.0 < abs(value) < 0.01)
    if unit is Unit.SECONDS:
        return _signless(f"{value:.1f}" if abs(value) < 10 else f"{value:,.0f}")
    if unit in (Unit.CHARACTERS, Unit.TOKENS):
        return _signless(f"{value:,.0f}")
    return _signless(f"{value:,.2f}" if unit is Unit.COST else f"{value:.3g}")


def effect(finding: Finding) -> str:
    """ "+22 points, 11 to 35"; empty where there is none."""
    if finding.effect is None:
        return ""
    unit, interval = finding.unit, ""
    if finding.low is not None and finding.high is not None:
        interval = f", {_step(finding.low, finding)} to {_step(finding.high, finding)}"
    points = {Unit.OF_100: " points", Unit.SHARE: " points", Unit.SECONDS: " s"}.get(unit, "")
    return f"{signed(_step(finding.effect, finding), finding.effect)}{points}{interval}"


def signed(number: str, value: float) -> str:
    """The number with a plus before it where it is above 0 as written."""
    return f"+{number}" if value > 0 and number.strip("0.") else number


def points(value: float, low: float | None = None, high: float | None = None) -> str:
    """A difference of shares in points: "22", "−1", "0.4"; one decimal where its interval is narrow."""
    narrow = low is not None and high is not None and high - low < NARROW
    return _hundredths(value, one_decimal=narrow)


def _step(value: float, finding: Finding) -> str:
    if finding.unit in (Unit.OF_100, Unit.SHARE, Unit.ORDER):
        return points(value, finding.low, finding.high)
    return bare_amount(value, finding.unit)


def _hundredths(value: float, *, one_decimal: bool) -> str:
    number = f"{value * 100:.1f}".removesuffix(".0") if one_decimal else f"{value * 100:.0f}"
    return _signless(number)


def _signless(number: str) -> str:
    """With a typographic minus, and none before a zero."""
    return number.lstrip("-") if not number.strip("-0.") else number.replace("-", "−")


def coefficient(value: float) -> str:
    """ "0.71"."""
    return f"{value:.2f}".replace("-", "−")
