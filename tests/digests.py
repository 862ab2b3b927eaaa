"""A digest with every part filled: Card support's week 47, in which answers on fees abroad went wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from reviewers.model.digest import Aspect, Digest, Example, Finding, Headline, State, Unit, Window
from reviewers.model.digest_parts import (
    ChangedSource,
    CitedSource,
    Corrections,
    Latency,
    MarksEffect,
    PartKind,
    Percentiles,
    RateLine,
    Released,
    Reliability,
    ReliabilityGroup,
    ReviewerFigures,
    Sources,
    WeekRate,
)
from reviewers.model.judgement import Rate
from reviewers.model.missing import Missing
from reviewers.model.prices import Price
from reviewers.model.suggestion import (
    Agreement,
    Cure,
    Evidence,
    Gain,
    Material,
    Met,
    OtherCause,
    Suggestion,
    Upstream,
    UpstreamChange,
)

MONDAY = datetime(2026, 11, 16, tzinfo=UTC)
PAGE_CHANGED = UpstreamChange(
    kind=Upstream.SOURCE, name="Card fees 2026", changed_at=datetime(2026, 11, 16, 8, 30, tzinfo=UTC), wrong=22, of=24
)
REBUILD = Cure(kind=Upstream.INDEX, change=PAGE_CHANGED, wrong=22, of=24)


def a_rate(value: float, low: float, high: float, reviewed: int = 212, speaks_for: int = 9840) -> Rate:
    """So many of 1 wrong."""
    return Rate(value=value, low=low, high=high, reviewed=reviewed, speaks_for=speaks_for)


def a_finding(**changes: Any) -> Finding:
    """More wrong answers on fees abroad."""
    fields: dict[str, Any] = {
        "aspect": Aspect.WRONG,
        "part": PartKind.SLICE,
        "name": "Fees abroad",
        "state": State.DRIFT,
        "now": 0.31,
        "before": 0.09,
        "effect": 0.22,
        "low": 0.11,
        "high": 0.35,
        "unit": Unit.OF_100,
        "n_now": 58,
        "n_before": 240,
        "since": MONDAY + timedelta(days=1),
        "test": "e-detector",
        "e_value": 48200.0,
        "examples": (
            Example(
                output_id="o-4821",
                number=4821,
                quote="A cash withdrawal abroad costs € 2.00.",
                source="€ 3.50",
                link="https://meridian.slack.com/archives/C01/p4821",
            ),
            Example(output_id="o-4790", number=4790, quote="There is no fee in Turkey.", source="€ 3.50"),
            Example(output_id="o-4774", number=4774, quote="The currency fee is 1.5 %.", source="1.75 %"),
        ),
    }
    return Finding(**(fields | changes))


def findings() -> tuple[Finding, ...]:
    """What moved, what did not, and what nothing can be said of."""
    stable = {"state": State.STABLE, "since": None, "examples": (), "e_value": None, "test": ""}
    return (
        a_finding(),
        Finding(
            aspect=Aspect.TOPIC,
            part=PartKind.TOPIC,
            name="cash in Thailand, Turkey",
            state=State.DRIFT,
            now=0.04,
            before=0.01,
            effect=0.03,
            low=0.02,
            high=0.04,
            unit=Unit.SHARE,
            n_now=9840,
            n_before=38000,
            test="difference of shares",
            p_value=0.0001,
        ),
        a_finding(**stable, name="Disputes", now=0.12, before=0.10, effect=0.02, low=-0.07, high=0.12, n_now=49),
        a_finding(**stable, name="Limits", now=0.08, before=0.07, effect=0.01, low=-0.06, high=0.10, n_now=41),
        a_finding(**stable, name="PIN", now=0.04, before=0.05, effect=-0.01, low=-0.07, high=0.06, n_now=60),
        Finding(
            aspect=Aspect.LATENCY,
            state=State.STABLE,
            now=1.4,
            before=1.4,
            effect=0.0,
            low=-0.1,
            high=0.1,
            unit=Unit.SECONDS,
            n_now=9840,
            n_before=38000,
            test="Kolmogorov-Smirnov",
            p_value=0.4,
            psi=0.01,
        ),
        Finding(
            aspect=Aspect.WRONG,
            part=PartKind.SLICE,
            name="Delivery",
            state=State.INSUFFICIENT,
            missing=Missing(found=4, needed=40),
            unit=Unit.OF_100,
            n_now=4,
            n_before=120,
        ),
    )


def not_suggested() -> Suggestion:
    """A changed page explains the errors."""
    return Suggestion(
        evidence=Evidence(met=Met.MET, value=0.14, low=0.09, target=0.05, crossed=True, reviewed=212),
        material=Material(met=Met.MET, corrections=243, needed=200, part="Fees abroad", in_part=71, part_needed=50),
        gain=Gain(met=Met.MET, runs=3, rate=0.07, worst=0.09, needed=0.045),
        agreement=Agreement(met=Met.MET, alpha=0.71, needed=0.6, part="Fees abroad", twice=41),
        other_cause=OtherCause(
            met=Met.FAILED, changes=(PAGE_CHANGED,), unchanged_since=None, watched=(Upstream.SOURCE, Upstream.MODEL)
        ),
        cure=REBUILD,
        training_set=None,
    )


def a_digest(**changes: Any) -> Digest:
    """The drift week."""
    fields: dict[str, Any] = {
        "week": "2026-W47",
        "route": "Card support",
        "zone": "UTC",
        "current": Window(start=MONDAY, end=MONDAY + timedelta(days=7)),
        "reference": Window(start=MONDAY - timedelta(days=28), end=MONDAY),
        "headline": Headline.MORE_WRONG,
        "outputs": 9840,
        "reviewed": 212,
        "timed_out": 3,
        "reviews_need": 40,
        "rate": a_rate(0.14, 0.09, 0.20),
        "before": a_rate(0.08, 0.06, 0.10, 834, 38900),
        "target": 0.05,
        "wrong_ids": tuple(f"o-{number}" for number in range(4750, 4774)),
        "last_output_at": MONDAY + timedelta(days=6, hours=23),
        "findings": findings(),
        "cure": REBUILD,
        "weeks": _weeks(),
        "lines": _lines(),
        "reliability": _reliability(),
        "latency": _latency(),
        "sources": Sources(
            cited=(
                CitedSource(
                    title="Card fees 2025",
                    address="https://x.example/2025",
                    wrong=22,
                    cited=25,
                    wrong_before=0,
                    cited_before=3,
                ),
            ),
            without=31,
            asked=9840,
            without_before=110,
            asked_before=38900,
            changed=(
                ChangedSource(
                    title="Card fees 2026",
                    address="https://x.example/2026",
                    changed_at=PAGE_CHANGED.changed_at,
                    reopened=5,
                ),
            ),
        ),
        "reviewers": _reviewers(),
        "corrections": Corrections(week=18, since_last=243, needed=200, approved=104, agreed=0.9),
        "suggestion": not_suggested(),
        "policy_version": "p-3",
        "risk_version": "v7",
        "seed": 47,
    }
    return Digest(**(fields | changes))


def a_quiet_digest(**changes: Any) -> Digest:
    """The week before: nothing moved."""
    calm = tuple(finding for finding in findings() if finding.state is State.STABLE)
    suggestion = replace(
        not_suggested(),
        evidence=Evidence(met=Met.FAILED, value=0.09, low=0.06, target=0.10, crossed=False, reviewed=208),
        cure=None,
    )
    quiet: dict[str, Any] = {
        "week": "2026-W46",
        "current": Window(start=MONDAY - timedelta(days=7), end=MONDAY),
        "reference": Window(start=MONDAY - timedelta(days=35), end=MONDAY - timedelta(days=7)),
        "headline": Headline.NOTHING_MOVED,
        "outputs": 9610,
        "reviewed": 208,
        "rate": a_rate(0.09, 0.06, 0.14, 208, 9610),
        "findings": calm,
        "cure": None,
        "suggestion": suggestion,
    }
    return a_digest(**(quiet | changes))


def _weeks() -> tuple[WeekRate, ...]:
    known = [(7.6, 4.8, 11.5), (8.3, 5.3, 12.4), (7.1, 4.4, 11.1), (8.8, 5.6, 13.1), (8.0, 5.0, 12.2)]
    known += [(7.4, 4.6, 11.3), (9.1, 5.9, 13.5), (14.0, 9.4, 20.1)]
    return tuple(
        WeekRate(week=f"2026-W{40 + place}", rate=a_rate(value / 100, low / 100, high / 100))
        for place, (value, low, high) in enumerate(known)
    )


def _lines() -> tuple[RateLine, ...]:
    return (
        RateLine(
            part=PartKind.SLICE, name="Fees abroad", rate=a_rate(0.31, 0.20, 0.44, 58, 900),
            before=a_rate(0.09, 0.05, 0.15, 240, 3600), change=0.22, low=0.11, high=0.35, reviewed=58, outputs=900,
            finding=True,
        ),
        RateLine(
            part=PartKind.SLICE, name="Disputes", rate=a_rate(0.12, 0.06, 0.22, 49, 2000),
            before=a_rate(0.10, 0.07, 0.14, 200, 8000), change=0.02, low=-0.07, high=0.12, reviewed=49, outputs=2000,
            finding=False,
        ),
        RateLine(
            part=PartKind.SLICE, name="Delivery", rate=Missing(found=4, needed=40),
            before=a_rate(0.07, 0.04, 0.12, 120, 700), change=None, low=None, high=None, reviewed=4, outputs=160,
            finding=False,
        ),
    )  # fmt: skip


def _reliability() -> Reliability:
    groups = ((0.03, 0.025, 0.01, 0.06, 210), (0.07, 0.06, 0.03, 0.11, 160), (0.40, 0.47, 0.35, 0.59, 60))
    return Reliability(
        within_chance=True,
        groups=tuple(
            ReliabilityGroup(said=said, found=found, low=low, high=high, reviewed=reviewed)
            for said, found, low, high, reviewed in groups
        ),
        error=0.012,
        auroc=0.81,
        auroc_low=0.75,
        auroc_high=0.87,
        coverage=(Released(share=0.5, wrong=0.02), Released(share=1.0, wrong=0.14)),
        risk_version="v7",
        learned_from=640,
    )


def _latency() -> tuple[Latency, ...]:
    times = Percentiles(p50=1400.0, p95=3900.0, p99=6100.0, outputs=9840)
    return (
        Latency(
            model="helpdesk-8b 2026-11-03",
            outputs=9840,
            now=times,
            before=times,
            changed=False,
            tokens=212.5,
            cost=12.4,
            price=Price(model="helpdesk-8b", prompt=2.0, completion=8.0, currency="EUR"),
        ),
    )


def _reviewers() -> ReviewerFigures:
    return ReviewerFigures(
        minutes=186.0,
        people=4,
        seconds_a_review=41.0,
        alpha=0.71,
        alpha_low=0.6,
        alpha_high=0.8,
        twice=41,
        waiting=12,
        oldest_hours=5.5,
        marks=MarksEffect(
            marked=a_rate(0.11, 0.07, 0.16, 180, 180), unmarked=a_rate(0.13, 0.04, 0.29, 30, 30), difference=-0.02,
            low=-0.19, high=0.07,
        ),
    )  # fmt: skip
