"""Shares and times in words: "14 of 100 (9 to 20)", "38 s", and "too few" where nothing can be said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from bot.slack import clock
from bot.slack.text import counted
from reviewers.decisions.agreement import AllAlike, Alpha
from reviewers.decisions.estimate import Method
from reviewers.decisions.estimate_inputs import Beta, ReviewerErrors
from reviewers.decisions.figures import Difference
from reviewers.decisions.reviewer_errors import interval as beta_interval
from reviewers.decisions.signal import Auroc
from reviewers.decisions.too_few import TooFew
from reviewers.model import Guarantee, Part, Proof, Rate

NARROW = 0.04  # an interval under four points carries one decimal
LONG_SECONDS = 90  # from here on in minutes
WEIGHTED = "weighted for the way answers were picked"
METHODS = {
    Method.SCORE.value: f"95 % score interval, {WEIGHTED}",
    Method.CLUSTERED.value: f"95 % score interval over users, {WEIGHTED}",
    Method.EXACT.value: "95 % exact interval, since all verdicts are alike",
}
CORRECTED = "corrected for reviewers' errors"
RELEASE_TEST = "fixed-sequence test"  # of what may leave without review
MARKS = "¹²³⁴⁵"  # one for each method but the common one: three intervals, each corrected or not


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
    """The same under a heading that says "of 100": "14 (9 to 20)", "too few (4)", "too few users (3)"."""
    if isinstance(rate, TooFew):
        return f"too few{_of_users(rate)} ({rate.found})"
    return f"{_hundredths(rate.value, _decimals(rate))} ({interval(rate)})"


def method(rate: Rate) -> str:
    """How the interval was made, and what it is corrected for: "…, corrected for reviewers' errors (without: 8.8)"."""
    how = _row_method(rate)
    return how if rate.uncorrected is None else f"{how} (without: {uncorrected(rate)})"


def uncorrected(rate: Rate | TooFew) -> str:
    """ "8.8", of 100: what it was without the correction for reviewers' errors; empty where nothing is corrected."""
    if isinstance(rate, TooFew) or rate.uncorrected is None:
        return ""
    return _hundredths(rate.uncorrected, _decimals(rate))


@dataclass(frozen=True, kw_only=True, slots=True)
class RowMethods:
    """How the intervals in a table were made; a row has a mark where its own was made in another way than the total's.

    Where the total has none, the first row with a rate says what is common.
    """

    common: str  # empty: nothing has a rate
    others: tuple[str, ...]  # in the order of their marks
    has_total: bool  # the total's own method is told beside it

    @classmethod
    def of(cls, total: Rate | TooFew, rows: Iterable[Rate | TooFew]) -> RowMethods:
        """Of these rows below this total."""
        found = dict.fromkeys(_row_method(rate) for rate in (total, *rows) if isinstance(rate, Rate))
        common, *others = [*found] or [""]
        return cls(common=common, others=tuple(others), has_total=isinstance(total, Rate))

    def cell(self, rate: Rate | TooFew) -> str:
        """As `cell`, with the mark of its method: "0 (0 to 8) ¹"."""
        if isinstance(rate, TooFew) or _row_method(rate) == self.common:
            return cell(rate)
        return f"{cell(rate)} {MARKS[self.others.index(_row_method(rate))]}"

    def notes(self) -> list[str]:
        """What is told below: "¹ 95 % exact interval, since all verdicts are alike", and of rows without a total."""
        common = [f"Rows: {self.common}"] if self.common and not self.has_total else []
        return [*common, *(f"{mark} {how}" for mark, how in zip(MARKS, self.others, strict=False))]


def _row_method(rate: Rate) -> str:
    how = METHODS.get(rate.method, METHODS[Method.SCORE.value])
    return how if rate.uncorrected is None else f"{how}, {CORRECTED}"


def for_readers(rate: Rate | None, *, riskier: bool = False, checked_on: date | None = None) -> str:
    """What an application may tell its readers of one answer.

    Args:
        rate: of all answers of its route in the last four weeks; None: too few checks to say one.
        riskier: the answer's own risk lies above that rate, so that the rate alone would make it look too good.
        checked_on: the day on which a person approved or edited it; None: nobody did.
    """
    if checked_on is not None:
        return f"Checked by a person on {clock.day(checked_on)}."
    if rate is None:
        return "Not checked by a person; too few checks to say how often answers here are wrong."
    about = f"about {_hundredths(rate.value, _decimals(rate))} are wrong ({interval(rate)}, last 4 weeks)."
    if riskier:
        return f"Not checked by a person. It seems likelier to be wrong than the average: of 100 answers here {about}"
    return f"Not checked by a person. Of 100 answers here {about}"


def guarantee_sentences(
    guarantee: Guarantee,
    proof: Proof | None,
    seconds: float,
    *,
    tested_at: datetime | None,
    others_until: datetime | None = None,
) -> Iterator[str]:
    """What may leave without review, and what would prove that more may, or that anything may.

    Args:
        guarantee: the newest test.
        proof: what stands.
        seconds: that one review takes.
        tested_at: when the newest test was; it is made on the four weeks before.
        others_until: until when other versions of scorers read; None: none did in four weeks.
    """
    allowed = f"at most {_per_cent(guarantee.limit)} of 100 of them are wrong"
    sure = f"with {guarantee.confidence * 100:.0f} % confidence"
    if proof is not None:
        reviewed = f"{proof.reviewed:,} reviewed {_tested(proof.proven_at)}"
        yield f"{_per_cent(proof.share)} of 100 answers may leave without review: {allowed}, {sure} ({reviewed})."
    elif guarantee.missed is not None:
        found = _found(guarantee.missed, tested_at)
        yield f"No answers may leave without review yet: that {allowed}, {sure}, is not proven{found}."
    if others_until is not None:
        yield (
            f"What scores the answers changed on {clock.day(others_until)}: only answers scored since then count, and "
            "none of them leaves by a proof from before."
        )
    if guarantee.missed is not None:
        more = "more may" if proof is not None else "some may"
        yield _cost(guarantee, guarantee.missed, seconds, more, tested_at)


def _found(part: Part, tested_at: datetime | None) -> str:
    """Which part was to be proven, and what the reviews say of it."""
    return f" (the least risky {_per_cent(part.share)} of 100: {_bound(part, tested_at)})"


def _bound(part: Part, tested_at: datetime | None) -> str:
    """ "up to 6.1 of 100, 230 reviewed in the 4 weeks to 16 Nov, fixed-sequence test"."""
    if part.value is None:
        return f"too few reviewed, {part.reviewed} {_tested(tested_at)}"
    return f"up to {_per_cent(part.high)} of 100, {part.reviewed:,} reviewed {_tested(tested_at)}"


def _tested(at: datetime | None) -> str:
    """Period and method of a test; `at` is None where that is not known."""
    return f"in {f'the 4 weeks to {clock.day(at)}' if at else '4 weeks'}, {RELEASE_TEST}"


def _cost(guarantee: Guarantee, part: Part, seconds: float, more: str, tested_at: datetime | None) -> str:
    if guarantee.needed is None:
        of_whom = f"of 100 of the least risky {_per_cent(part.share)} of 100"
        bound = _bound(part, tested_at)
        if part.value is None:
            return (
                f"By the risk alone no number of reviews would prove that {more}: it predicts about "
                f"{_per_cent(part.predicted)} {of_whom} to be wrong ({bound})."
            )
        return (
            f"No number of reviews would prove that {more}: about {_per_cent(part.value)} {of_whom} seem to be wrong "
            f"({bound})."
        )
    hours = hours_words(guarantee.needed * seconds)
    return (
        f"About {guarantee.needed:,} reviews in 4 weeks, {hours} of work, would prove that {more} "
        f"(now {guarantee.reviewed:,})."
    )


def agreement_sentence(found: Alpha | AllAlike | TooFew) -> str:
    """How far reviewers agree; empty where too little tells."""
    if isinstance(found, TooFew):
        return ""
    if isinstance(found, AllAlike):
        return f"Reviewers said the same of all {found.units:,} answers that several judged."
    return (
        f"Reviewers agree with an alpha of {_hundredth(found.value)} (Krippendorff's, 95 % interval "
        f"{_hundredth(found.low)} to {_hundredth(found.high)}; 1 is always, 0 as by chance) on {found.units:,} answers "
        "that several judged."
    )


def errors_sentence(found: ReviewerErrors, days: int) -> str:
    """How often what people decided is right; of one person alone it is theirs, and Home tells it to them.

    Args:
        found: of what they decided.
        days: of the period.
    """
    if found.people == 1:
        return "One person decided all of these, so how often that is right stands on their own Home alone."
    return (
        f"What people decided finds {_known(found.sensitivity, 'wrong answers')} and passes "
        f"{_known(found.specificity, 'right ones')}, by {found.checked:,} verdicts with a second opinion or a known "
        f"answer (Dawid and Skene's model, 95 % intervals, {days} {'day' if days == 1 else 'days'})."
    )


def _known(share: Beta, of: str) -> str:
    """ "83 of 100 wrong answers (70 to 92)"."""
    low, high = beta_interval(share)
    return f"{share.mean * 100:.0f} of 100 {of} ({low * 100:.0f} to {high * 100:.0f})"


def signal_sentence(found: Auroc | TooFew, *, drawn_evenly: bool) -> str:
    """How well the risk ranks, and that selection does without it where it does not; empty where neither is known."""
    evenly = "so answers are drawn evenly until it ranks better." if drawn_evenly else ""
    if isinstance(found, TooFew):
        return f"The risk did not tell wrong answers from right ones, {evenly}" if evenly else ""
    low, high = found.interval
    ranks = (
        f"The risk ranks a wrong answer above a right one in {found.value * 100:.0f} of 100 pairs "
        f"({low * 100:.0f} to {high * 100:.0f}; weighted AUROC, DeLong's interval, "
        f"{found.wrong + found.right:,.0f} reviewed)"
    )
    return f"{ranks}, which may be chance, {evenly}" if evenly else f"{ranks}."


def few(number: TooFew) -> str:
    """ "too few to say (6 of 20)", "too few users to say (3 of 5)"."""
    return f"too few{_of_users(number)} to say ({number.found} of {number.needed})"


def needs(number: TooFew, reviewed: int) -> str:
    """What there is too little of, to be said after how many were reviewed.

    "; 40 are needed", or, where reviews are worth less than their number: ", which counts as reviews of 3 users; 5
    users are needed", ", which counts as 4 reviews; 5 reviews are needed".
    """
    if number.of == "users":
        return f", which counts as reviews of {counted(number.found, 'user')}; {number.needed} users are needed"
    if number.found < reviewed:
        return f", which counts as {counted(number.found, 'review')}; {number.needed} reviews are needed"
    return f"; {number.needed} are needed"


def _of_users(number: TooFew) -> str:
    return " users" if number.of == "users" else ""


def marks_sentence(difference: Difference) -> str:
    """What the machine's marks do to what reviewers find."""
    points = [f"{value * 100:.0f}".replace("-", "−") for value in (difference.value, difference.low, difference.high)]
    value, low, high = ("0" if point == "−0" else point for point in points)
    return (
        f"With the machine's marks reviewers found {difference.first.value * 100:.0f} of 100 wrong, without them "
        f"{difference.second.value * 100:.0f} (difference {value}, {low} to {high}; Newcombe's interval, "
        f"{difference.first.reviewed:,} and {difference.second.reviewed:,} reviewed)."
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


def _per_cent(share_of_all: float) -> str:
    """ "5", "62", "4.5": at most one decimal, and that only below 10."""
    hundred = share_of_all * 100
    return f"{hundred:.1f}".removesuffix(".0") if hundred < 10 else f"{hundred:.0f}"


def _hundredth(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")


def _hundredths(value: float, decimals: int) -> str:
    return f"{value * 100:.{decimals}f}"
