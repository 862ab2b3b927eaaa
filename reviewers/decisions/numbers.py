"""Numbers as people write them, brought to values that can be compared.

`1,000`, `1.000`, `1 000` and `one thousand` can all be a thousand. Where a spelling is ambiguous (`1,234`), every
reading is kept and two numbers agree when they share one: the comparison must not cry wolf over a spelling.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

_CURRENCIES = {
    "€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR",
    "$": "USD", "us$": "USD", "usd": "USD", "dollar": "USD", "dollars": "USD",
    "£": "GBP", "gbp": "GBP", "¥": "JPY", "jpy": "JPY", "yen": "JPY", "₹": "INR", "inr": "INR", "chf": "CHF",
}  # fmt: skip
_MAGNITUDES = {
    "hundred": 100, "thousand": 1_000, "k": 1_000, "million": 10**6, "mn": 10**6, "m": 10**6,
    "billion": 10**9, "bn": 10**9, "b": 10**9, "trillion": 10**12,
}  # fmt: skip

NUMBER = re.compile(
    r"""
    (?:(?P<before>us\$|[€$£¥₹]|\b(?:eur|usd|gbp|chf)(?=[\s\d]))\s?)?
    (?:(?<![\w.,)\]])(?P<sign>[-−]))?
    (?P<digits>\d{1,2}:\d{2}(?::\d{2})?(?!\d)
      |\d{1,3}(?:[ \u00a0\u2009\u202f'’]\d{3})+(?![\d])(?:[.,]\d+)?
      |\d+(?:[.,]\d+)*)
    (?:\s?(?P<half>[ap]\.?m\b\.?)
      |(?P<ordinal>st|nd|rd|th)\b)?
    (?:[\s-]?(?P<magnitude>hundred|thousand|million|billion|trillion|mn|bn)\b|(?P<short>[kmb])\b)?
    (?:\s?(?P<after>%|percent\b|per\scent\b|pct\b|[€$£¥₹](?!\s?\d)|(?:eur|usd|gbp|chf|jpy|inr|euros?|dollars?|yen)\b))?
    """,
    re.VERBOSE | re.IGNORECASE,
)

_SMALL = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split()
    )
}
_SMALL |= {
    word: 10 * value
    for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)
}
_LARGE = {"hundred": 100, "thousand": 1_000, "million": 10**6, "billion": 10**9}
_HOUR_POINT_MINUTES = re.compile(r"(\d{1,2})\.([0-5]\d)")
# They count as words of the claim; in a passage they also stand for the number ("the first" for "1st").
ORDINAL_WORDS = {
    word: str(value)
    for value, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split(), start=1
    )
} | {"one": "1", "once": "1", "twice": "2", "half": "0.5", "dozen": "12"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Number:
    """A number with every value its spelling can have; `unit` is a currency code, `%`, `time` or empty."""

    values: frozenset[str]
    unit: str = ""

    def agrees_with(self, other: Number) -> bool:
        """The same value in some reading; a missing unit agrees with any.

        The bare hour of a time stands for it only beside a number without a unit: 9 am is 9, and is not 9 pm.
        """
        same = self.values & other.values
        if self.unit == other.unit == "time":
            return any(not value.isdecimal() for value in same)
        return bool(same) and (not self.unit or not other.unit or self.unit == other.unit)

    @property
    def is_year(self) -> bool:
        """A bare number that may be a year."""
        return not self.unit and any(len(value) == 4 and "1000" <= value <= "2199" for value in self.values)


def read_number(match: re.Match[str]) -> Number:
    """The number that NUMBER matched.

    >>> sorted(read_number(NUMBER.match("€ 3.50")).values)
    ['3.5']
    """
    digits = match["digits"]
    mark = (match["after"] or match["before"] or "").lower()
    unit = "%" if mark.startswith("p") or mark == "%" else _CURRENCIES.get(mark, "")
    if ":" in digits or match["half"]:
        return _clock(digits, (match["half"] or "").lower())
    magnitude = (match["magnitude"] or match["short"] or "").lower()
    factor = _MAGNITUDES.get(magnitude, 1) if magnitude not in {"m", "b"} or unit else 1
    values = frozenset(_scaled(value, factor, bool(match["sign"])) for value in _spellings(digits))
    return Number(values=values, unit=unit)


def _clock(digits: str, half: str) -> Number:
    """`2:30 pm` and `2.30 pm` are 14:30; `5 pm` is 17:00, and also a bare 5."""
    if half and (pointed := _HOUR_POINT_MINUTES.fullmatch(digits)):
        digits = f"{pointed[1]}:{pointed[2]}"
    hours, _, minutes = digits.partition(":")
    plain = f"{int(hours)}:{minutes[:2] or '00'}" if hours.isdecimal() else digits
    values = {plain} if minutes else {plain, hours}
    if half and hours.isdecimal():
        hour = int(hours) % 12 + (12 if half.startswith("p") else 0)
        values = {f"{hour}:{minutes[:2] or '00'}"} | (set() if minutes else {str(int(hours))})
    return Number(values=frozenset(values), unit="time" if minutes or half else "")


def _spellings(digits: str) -> set[str]:
    """Every plain decimal that this spelling can mean; versions and dates such as 3.11.7 stay as they are."""
    digits = re.sub(r"[ \u00a0\u2009\u202f'’]", "", digits)
    points, commas = digits.count("."), digits.count(",")
    if points and commas:
        decimal = "." if digits.rfind(".") > digits.rfind(",") else ","
        other = "," if decimal == "." else "."
        return {digits.replace(other, "").replace(decimal, ".")}
    if points + commas == 0:
        return {digits}
    mark = "." if points else ","
    groups = digits.split(mark)
    thousands = all(len(group) == 3 for group in groups[1:]) and 1 <= len(groups[0]) <= 3 and groups[0] != "0"
    if points + commas > 1:
        return {"".join(groups)} if thousands else {digits}
    if groups[-1] == "000" and thousands:  # nobody writes 1 as 1.000
        return {"".join(groups)}
    return {digits.replace(mark, ".")} | ({"".join(groups)} if thousands else set())


def _scaled(text: str, factor: int, negative: bool) -> str:
    if len(text) > 28:  # an account number, or worse: beyond what a decimal keeps exactly
        return text
    try:
        value = Decimal(text) * factor
    except InvalidOperation:  # a version or a dotted date: compared letter by letter
        return text
    plain = format(value.normalize(), "f")
    return f"-{plain}" if negative and value else plain


class InWords(NamedTuple):
    """How many words a number takes, and what it is; `(0, None)` where there is none."""

    taken: int
    number: Number | None


def begins_number(word: str) -> bool:
    """Whether a number in words may start with this folded word."""
    return word in _SMALL


def read_words(words: Sequence[str]) -> InWords:
    """The number in words at the start of `words`, with its currency or "percent".

    A lone "one" is mostly a pronoun and does not count. Of two numbers joined by "and" ("one hundred and two hundred")
    it is the first: within one number no second hundred follows a hundred, and each scale above is less than the last.

    >>> read_words(["two", "hundred", "and", "fifty", "euros"])
    InWords(taken=5, number=Number(values=frozenset({'250'}), unit='EUR'))
    """
    total, current, taken, last, closed = 0, 0, 0, 0, 0
    scaled = seam = (0, 0)  # words and value up to the last scale, and up to the last that another number may follow
    for at, word in enumerate(words):
        if word in _SMALL and (last == 0 or last >= 100 or (last >= 20 and 0 < _SMALL[word] < 10)):
            current, last = current + _SMALL[word], _SMALL[word] or 1
        elif word in _LARGE and taken:
            scale = _LARGE[word]
            if current >= 100 == scale or (current and 0 < closed <= scale):
                taken, total = scaled if scale == 100 else seam
                current = 0
                break
            current, last = current * scale, scale
            if scale > 100:
                total, current, closed = total + current, 0, scale
                seam = (at + 1, total)
            scaled = (at + 1, total + current)
        elif word == "and" and last >= 100:
            seam = scaled
            continue
        else:
            break
        taken = at + 1
    if not taken or (taken == 1 and words[0] == "one"):
        return InWords(0, None)
    after = words[taken] if taken < len(words) else ""
    unit = "%" if after == "percent" else _CURRENCIES.get(after, "")
    return InWords(taken + bool(unit), Number(values=frozenset({str(total + current)}), unit=unit))
