"""What `GET /v1/stats` answers: each number with its interval, n, method and period, or why there is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from operator import attrgetter
from typing import Annotated, Any, NamedTuple

from pydantic import Field

from bot.intake.answers import Answer
from reviewers.decisions.agreement import AllAlike, Alpha
from reviewers.decisions.error_rates import LEVEL, Line
from reviewers.decisions.estimate import Method
from reviewers.decisions.estimate_inputs import Beta, ReviewerErrors
from reviewers.decisions.figures import Difference
from reviewers.decisions.reviewer_errors import interval
from reviewers.decisions.signal import Auroc
from reviewers.decisions.too_few import TooFew
from reviewers.model import Guarantee, Judgement, Part, Rate
from reviewers.workflow.judgement import OWN_ROUTE, Stats

ALPHA_METHOD = "Krippendorff's alpha for right and wrong, interval by the delta method"
RELEASE_METHOD = "fixed-sequence test of one-sided bounds, four weeks pooled"
ERRORS_METHOD = "Dawid and Skene's model with priors, central credible interval"
SHARE_METHOD = "Wilson's score interval"
MARKS_METHOD = "difference of two shares, Newcombe's interval"
ONE_PERSON = "One person decided all of these, so the figure is theirs and stands on their own Home alone."
AUROC_METHOD = "area under the ROC curve, weighted by 1 / inclusion probability, DeLong interval"


class TooFewAnswer(Answer):
    """Why a number is null: there is too little to count."""

    found: int
    needed: int
    of: Annotated[str, Field(description="What is counted", examples=["reviews"])]


class FigureAnswer(Answer):
    """A number with all that it needs to be read. Null `value`: too little data, as `too_few` says."""

    value: float | None
    low: Annotated[float | None, Field(description="Lower end of the interval")]
    high: Annotated[float | None, Field(description="Upper end of the interval")]
    level: Annotated[float, Field(description="Share of such intervals that hold the truth")] = LEVEL
    reviewed: Annotated[
        int,
        Field(
            description="Outputs that people decided on; of sensitivity and specificity: verdicts with a second "
            "opinion or a known answer"
        ),
    ]
    outputs: Annotated[int | None, Field(description="Of how many these are the sample")] = None
    method: str
    uncorrected: Annotated[
        float | None, Field(description="Without the correction for reviewers' errors; null: not corrected")
    ] = None
    since: datetime
    until: datetime
    too_few: TooFewAnswer | None = None
    note: Annotated[str, Field(description="Why a value is null though there is enough data")] = ""


class LineAnswer(Answer):
    """One part of the outputs: a week, a slice, a model, a route."""

    name: Annotated[str, Field(description="Empty: none; of a route: the policy's own", examples=["2026-W47"])]
    finding: Annotated[bool, Field(description="It differs from the rest by more than chance does")]
    error_rate: FigureAnswer


class MarksAnswer(Answer):
    """What reviewers found wrong where they saw the machine's marks and where they did not, in the uniform sample."""

    with_marks: FigureAnswer
    without_marks: FigureAnswer
    difference: Annotated[FigureAnswer, Field(description="With marks minus without, in [-1, 1]")]


class PartAnswer(Answer):
    """The outputs whose risk is at most a threshold, with one-sided bounds of their error rate."""

    threshold: float
    share: Annotated[float, Field(description="Of all outputs of the period")]
    reviewed: int
    value: float | None
    low: float
    high: float


class ProofAnswer(Answer):
    """What stands: outputs up to this risk may leave without review."""

    threshold: float
    share: float
    high: Annotated[float, Field(description="At most this share of them is wrong, with the confidence")]
    reviewed: int
    proven_at: datetime


class GuaranteeAnswer(Answer):
    """Whether at most `limit` of what leaves without review is wrong, with the confidence; tested once a week."""

    limit: float
    confidence: float
    outputs: int
    reviewed: int
    method: str = RELEASE_METHOD
    tested_at: datetime | None
    scorers_replaced_at: Annotated[
        datetime | None, Field(description="Only outputs that came after were tested; null: not in four weeks")
    ]
    proof: ProofAnswer | None
    missed: Annotated[PartAnswer | None, Field(description="The first part that is not proven")]
    reviews_needed: Annotated[int | None, Field(description="In four weeks, to prove `missed`; null: no number would")]

    @classmethod
    def of(cls, guarantee: Guarantee, judgement: Judgement) -> GuaranteeAnswer:
        """From our own types."""
        proof = judgement.proof
        return cls(
            limit=guarantee.limit,
            confidence=guarantee.confidence,
            outputs=guarantee.outputs,
            reviewed=guarantee.reviewed,
            tested_at=judgement.tested_at,
            scorers_replaced_at=judgement.others_until,
            proof=ProofAnswer.model_validate(proof) if proof else None,
            missed=_part(guarantee.missed),
            reviews_needed=guarantee.needed,
        )


class StatsAnswer(Answer):
    """What the verdicts of a period say of a route, or of all routes."""

    route: Annotated[str, Field(description=f"Empty: all routes; “{OWN_ROUTE}”: the policy's own")]
    since: datetime
    until: datetime
    outputs: Annotated[int, Field(description="Of the period, reviewed or not")]
    error_rate: FigureAnswer
    weeks: Annotated[list[LineAnswer], Field(description="ISO weeks in UTC, the newest first")]
    slices: list[LineAnswer]
    models: list[LineAnswer]
    routes: list[LineAnswer]
    agreement: FigureAnswer
    sensitivity: Annotated[FigureAnswer, Field(description="Of wrong outputs, the share that people's decisions find")]
    specificity: Annotated[FigureAnswer, Field(description="Of right outputs, the share that people's decisions pass")]
    anchoring: Annotated[MarksAnswer, Field(description="The effect of the marks on what reviewers find")]
    signal: Annotated[FigureAnswer, Field(description="How often the risk ranks a wrong output above a right one")]
    drawn_evenly: Annotated[
        bool, Field(description="The risk may tell nothing: outputs are drawn evenly until it does")
    ]
    release: Annotated[GuaranteeAnswer | None, Field(description="Null: the route names no release target")]

    @classmethod
    def of(cls, stats: Stats) -> StatsAnswer:
        """From our own type."""
        period, judged = Period(stats.since, stats.until), stats.judgement
        tested = judged.guarantee if judged else None
        return cls(
            route=stats.route,
            since=stats.since,
            until=stats.until,
            outputs=stats.outputs,
            error_rate=_rate(stats.rate, stats.reviewed, stats.outputs, period),
            weeks=[_line(line, period.of_week(line.name)) for line in stats.weeks],
            slices=[_line(line, period) for line in stats.slices],
            models=[_line(line, period) for line in stats.versions],
            routes=[_line(line, period) for line in stats.routes],
            agreement=_agreement(stats.agreement, period),
            sensitivity=_of_people(stats.errors, attrgetter("sensitivity"), period),
            specificity=_of_people(stats.errors, attrgetter("specificity"), period),
            anchoring=_marks(stats.anchoring, period),
            signal=_signal(stats.signal, stats.ranked, period),
            drawn_evenly=stats.drawn_evenly,
            release=GuaranteeAnswer.of(tested, judged) if judged and tested else None,
        )


class Period(NamedTuple):
    """From when until when."""

    since: datetime
    until: datetime

    def of_week(self, name: str) -> Period:
        """What of it lies in the ISO week of this name, such as "2026-W47", in UTC."""
        year, _, week = name.partition("-W")
        monday = datetime.combine(date.fromisocalendar(int(year), int(week), 1), time(), UTC)
        return Period(max(self.since, monday), min(self.until, monday + timedelta(days=7)))


def _line(line: Line, period: Period) -> LineAnswer:
    rate = _rate(line.rate, line.reviewed, line.outputs, period)
    return LineAnswer(name=line.name, finding=line.finding, error_rate=rate)


def _rate(rate: Rate | TooFew, reviewed: int, outputs: int, period: Period) -> FigureAnswer:
    if isinstance(rate, TooFew):
        method = Method.CLUSTERED if rate.of == "users" else Method.SCORE
        return _nothing(rate, method.value, period, reviewed=reviewed, outputs=outputs)
    return FigureAnswer(
        value=rate.value,
        low=rate.low,
        high=rate.high,
        reviewed=rate.reviewed,
        outputs=rate.speaks_for,
        method=rate.method,
        uncorrected=rate.uncorrected,
        since=period.since,
        until=period.until,
    )


def _nothing(
    few: TooFew, method: str, period: Period, *, reviewed: int | None = None, outputs: int | None = None
) -> FigureAnswer:
    """No number; `reviewed` is None where what is too few is what was reviewed."""
    return FigureAnswer(
        value=None,
        low=None,
        high=None,
        reviewed=few.found if reviewed is None else reviewed,
        outputs=outputs,
        method=method,
        since=period.since,
        until=period.until,
        too_few=TooFewAnswer.model_validate(few),
    )


def _agreement(found: Alpha | AllAlike | TooFew, period: Period) -> FigureAnswer:
    if isinstance(found, TooFew):
        return _nothing(found, ALPHA_METHOD, period)
    alike = isinstance(found, AllAlike)
    return FigureAnswer(
        value=None if isinstance(found, AllAlike) else found.value,
        low=None if isinstance(found, AllAlike) else found.low,
        high=None if isinstance(found, AllAlike) else found.high,
        reviewed=found.units,
        method=ALPHA_METHOD,
        since=period.since,
        until=period.until,
        note="Every verdict said the same, so nothing tells agreement from chance." if alike else "",
    )


def _of_people(
    found: ReviewerErrors | TooFew, share_of: Callable[[ReviewerErrors], Beta], period: Period
) -> FigureAnswer:
    if isinstance(found, TooFew):
        return _nothing(found, ERRORS_METHOD, period)
    share = None if found.people == 1 else share_of(found)
    low, high = (None, None) if share is None else interval(share)
    return FigureAnswer(
        value=None if share is None else share.mean,
        low=low,
        high=high,
        reviewed=found.checked,
        method=ERRORS_METHOD,
        since=period.since,
        until=period.until,
        note=ONE_PERSON if share is None else "",
    )


def _marks(found: Difference | TooFew, period: Period) -> MarksAnswer:
    if isinstance(found, TooFew):
        nothing, share = (_nothing(found, method, period) for method in (MARKS_METHOD, SHARE_METHOD))
        return MarksAnswer(with_marks=share, without_marks=share, difference=nothing)
    first, second = (replace(part, method=SHARE_METHOD) for part in (found.first, found.second))
    return MarksAnswer(
        with_marks=_rate(first, first.reviewed, first.speaks_for, period),
        without_marks=_rate(second, second.reviewed, second.speaks_for, period),
        difference=FigureAnswer(
            value=found.value,
            low=found.low,
            high=found.high,
            reviewed=first.reviewed + second.reviewed,
            method=MARKS_METHOD,
            since=period.since,
            until=period.until,
        ),
    )


def _signal(found: Auroc | TooFew, reviewed: int, period: Period) -> FigureAnswer:
    if isinstance(found, TooFew):
        return _nothing(found, AUROC_METHOD, period, reviewed=reviewed)
    return FigureAnswer(
        value=found.value,
        low=found.interval.low,
        high=found.interval.high,
        level=found.level,
        reviewed=round(found.wrong + found.right),
        method=AUROC_METHOD,
        since=period.since,
        until=period.until,
    )


def _part(part: Part | None) -> PartAnswer | None:
    return PartAnswer.model_validate(part) if part else None


def _shown(value: float | None, low: float | None, high: float | None, reviewed: int, **more: Any) -> dict[str, Any]:
    """A figure of the example."""
    period = {"since": "2026-10-26T14:00:00Z", "until": "2026-11-23T14:00:00Z"}
    rest = {"level": LEVEL, "outputs": None, "uncorrected": None, "too_few": None, "note": ""}
    return {"value": value, "low": low, "high": high, "reviewed": reviewed, **rest, **period, **more}


EXAMPLE: dict[str, Any] = {
    "route": "Card support",
    "since": "2026-10-26T14:00:00Z",
    "until": "2026-11-23T14:00:00Z",
    "outputs": 38900,
    "error_rate": _shown(0.096, 0.079, 0.116, 834, outputs=38900, method=Method.SCORE.value, uncorrected=0.088),
    "weeks": [],
    "slices": [],
    "models": [],
    "routes": [],
    "agreement": _shown(
        None,
        None,
        None,
        4,
        method=ALPHA_METHOD,
        too_few={"found": 4, "needed": 20, "of": "outputs with two verdicts"},
    ),
    "sensitivity": _shown(0.83, 0.7, 0.92, 42, method=ERRORS_METHOD),
    "specificity": _shown(0.97, 0.94, 0.99, 42, method=ERRORS_METHOD),
    "anchoring": {
        "with_marks": _shown(0.11, 0.08, 0.15, 200, outputs=200, method=SHARE_METHOD),
        "without_marks": _shown(0.13, 0.09, 0.18, 150, outputs=150, method=SHARE_METHOD),
        "difference": _shown(-0.02, -0.07, 0.03, 350, method=MARKS_METHOD),
    },
    "signal": _shown(0.78, 0.71, 0.84, 834, method=AUROC_METHOD),
    "drawn_evenly": False,
    "release": {
        "limit": 0.05,
        "confidence": 0.9,
        "outputs": 38000,
        "reviewed": 830,
        "method": RELEASE_METHOD,
        "tested_at": "2026-11-23T00:07:00Z",
        "scorers_replaced_at": None,
        "proof": {
            "threshold": 0.08,
            "share": 0.62,
            "high": 0.044,
            "reviewed": 212,
            "proven_at": "2026-11-23T00:07:00Z",
        },
        "missed": {
            "threshold": 0.1,
            "share": 0.64,
            "reviewed": 230,
            "value": 0.04,
            "low": 0.02,
            "high": 0.061,
        },
        "reviews_needed": 1200,
    },
}
