"""Shares and times in words: "14 of 100 (9 to 20)", "38 s", and "too few" where nothing can be said."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from bot.slack import clock
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


def method(rate: Rate) -> str:
    """How the interval was made, and what it is corrected for: "…, corrected for reviewers' errors (without: 8.8)"."""
    how = METHODS.get(rate.method, METHODS[Method.SCORE.value])
    if rate.uncorrected is None:
        return how
    return f"{how}, corrected for reviewers' errors (without: {_hundredths(rate.uncorrected, _decimals(rate))})"


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
    guarantee: Guarantee, proof: Proof | None, seconds: float, *, others_until: datetime | None = None
) -> Iterator[str]:
    """What may leave without review, and what would prove that more may, or that anything may.

    Args:
        guarantee: the newest test.
        proof: what stands.
        seconds: that one review takes.
        others_until: until when other versions of scorers read; None: none did in four weeks.
    """
    allowed = f"at most {_per_cent(guarantee.limit)} of 100 of them are wrong"
    sure = f"with {guarantee.confidence * 100:.0f} % confidence"
    if proof is not None:
        reviewed = f"{proof.reviewed:,} reviewed in the 4 weeks to {clock.day(proof.proven_at)}"
        yield f"{_per_cent(proof.share)} of 100 answers may leave without review: {allowed}, {sure} ({reviewed})."
    elif guarantee.missed is not None:
        found = _found(guarantee.missed)
        yield f"No answers may leave without review yet: that {allowed}, {sure}, is not proven{found}."
    if others_until is not None:
        yield (
            f"What scores the answers changed on {clock.day(others_until)}: only answers scored since then count, and "
            "none of them leaves by a proof from before."
        )
    if guarantee.missed is not None:
        more = "more may" if proof is not None else "some may"
        yield _cost(guarantee, guarantee.missed, seconds, more)


def _found(part: Part) -> str:
    """What the reviews say of the part that was to be proven."""
    least = f"the least risky {_per_cent(part.share)} of 100"
    if part.value is None:
        return f" ({least}: too few reviewed, {part.reviewed})"
    return f" ({least}: up to {_per_cent(part.high)} of 100, {part.reviewed:,} reviewed)"


def _cost(guarantee: Guarantee, part: Part, seconds: float, more: str) -> str:
    if guarantee.needed is None:
        seems = part.value if part.value is not None else part.predicted
        return (
            f"No number of reviews would prove that {more}: about {_per_cent(seems)} of 100 of the least risky "
            f"{_per_cent(part.share)} of 100 seem to be wrong."
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
    """ "too few to say (6 of 20)"."""
    return f"too few to say ({number.found} of {number.needed})"


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
