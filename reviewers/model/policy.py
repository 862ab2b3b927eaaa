"""What a team set: which outputs are reviewed, where, by whom, and what happens to held ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from reviewers.model.outputs import JsonValue, Output
from reviewers.model.review import OnTimeout

SLICE_POWER = 0.5  # Bankier's power allocation: a slice of 4 % narrows by a third, the largest widens by an eighth
TAGS = "tag"  # the word in `slice_by` that means tags, and no key of the metadata


class AfterDue(StrEnum):
    """What happens to a task that nobody decided by its due time, once the lead was told."""

    KEEP = "keep"  # it stays open
    TIME_OUT = "time_out"  # after the grace hours it times out: an outcome of its own, never a verdict


class OnDisagreement(StrEnum):
    """Who is asked when the verdicts of a quorum differ without a majority."""

    THIRD = "third"  # one more reviewer; a lead when even that leaves no majority
    LEAD = "lead"


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    """Conditions on an output; every one that is given must hold."""

    tags: tuple[str, ...] = ()  # any of these
    models: tuple[str, ...] = ()  # any of these
    metadata: Mapping[str, JsonValue] = field(default_factory=dict)  # all of these, equal

    @property
    def is_empty(self) -> bool:
        """Whether it asks nothing."""
        return not (self.tags or self.models or self.metadata)

    def holds(self, output: Output) -> bool:
        """Whether it speaks of this output."""
        return (
            (not self.tags or bool(set(self.tags) & set(output.tags)))
            and (not self.models or output.model in self.models)
            and all(key in output.metadata and output.metadata[key] == wanted for key, wanted in self.metadata.items())
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """Outputs that people should see whatever the risk says."""

    name: str  # what the card says after "Rule:", so it tells a reviewer what to look for
    tags: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    metadata: Mapping[str, JsonValue] = field(default_factory=dict)
    rate: float = 1.0  # the chance that a match is selected
    channel: str = ""  # empty: the route's channel

    def __post_init__(self) -> None:
        if not 0.0 < self.rate <= 1.0:
            raise ValueError(f"rate is {self.rate}, outside (0, 1]")
        if self.match.is_empty:
            raise ValueError("a rule needs tags, models or metadata to match on")

    @property
    def match(self) -> Match:
        """Its conditions."""
        return Match(tags=self.tags, models=self.models, metadata=self.metadata)

    def matches(self, output: Output) -> bool:
        """Whether the rule speaks of this output."""
        return self.match.holds(output)


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """Where selected outputs go, who decides on them and how."""

    name: str  # people read it: "Card support"; empty: the policy's own
    channel: str = ""  # Slack channel id; empty: the default channel
    match: Match = Match()  # empty: every output
    risk_from: float | None = None  # only outputs with at least this risk; an unscored one never
    risk_below: float | None = None
    reviewers: tuple[str, ...] = ()  # Slack user ids (U…) and user groups (S…); empty: every full member
    leads: tuple[str, ...] = ()  # Slack user ids: they settle disputes and hear of what is late
    skills: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # user id -> tags that they know well
    assign: bool = False  # each task is given to one reviewer, by skill and load
    quorum: int = 1  # 1 to 5
    on_disagreement: OnDisagreement = OnDisagreement.THIRD
    show: str = "evidence"  # before the verdict: evidence, blind or all
    due_hours: float = 24.0
    after_due: AfterDue = AfterDue.KEEP
    grace_hours: float = 4.0  # between the due time and the time-out
    hold: bool = True  # outputs sent with hold are held; False: they leave at once, not verified
    hold_minutes: float = 10.0  # how long a held output waits for a person
    on_timeout: OnTimeout = OnTimeout.REFUSE
    batch: bool = False  # short, supported, low-risk answers come five to a card
    minutes_per_week: float | None = None  # of review: the budget; None: the threshold and the uniform rate decide
    reviews_per_week: float | None = None  # the budget in reviews instead of minutes
    slice_by: str = ""  # a key of the metadata, or "tag": what slices are told apart by; empty: no slices
    slice_power: float | None = None  # how far small slices are favoured, 0 to 1; None: by `slice_by`
    backlog_reviews: float | None = None  # drawn answers that may wait before the queue is cut; None: a week's budget
    release_target: float | None = None  # the largest share of what leaves without review that may be wrong
    release_below_proven: bool = False  # held outputs of a risk that the guarantee is proven for leave at once

    def __post_init__(self) -> None:
        if not 1 <= self.quorum <= 5:
            raise ValueError(f"a quorum of {self.quorum} is outside 1 to 5")
        _check_target(self.release_target)
        if self.minutes_per_week is not None and self.reviews_per_week is not None:
            raise ValueError("a budget is in minutes or in reviews, not in both")

    @property
    def has_budget(self) -> bool:
        """Whether a plan gives its outputs their chances."""
        return self.minutes_per_week is not None or self.reviews_per_week is not None

    @property
    def favours_small_slices(self) -> float:
        """The slice power: as set; else half with slices, so that small ones can be told of, and 0 without."""
        if self.slice_power is not None:
            return self.slice_power
        return SLICE_POWER if self.slice_by else 0.0

    def minutes(self, seconds_a_review: float) -> float | None:
        """The week's budget in minutes, where a review takes so many seconds; None without a budget."""
        if self.reviews_per_week is not None:
            return self.reviews_per_week * seconds_a_review / 60.0
        return self.minutes_per_week


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """How outputs are selected, who decides on them and what happens to held ones.

    The version is the hash of the policy's text and its routes: another text, another version, another draw. What a
    task of no route follows stands in the policy itself.
    """

    version: str
    uniform_rate: float = 0.05  # the floor: every output keeps at least this chance
    risk_threshold: float = 0.40  # from here on an output is always selected (the word "high")
    unmarked_rate: float = 0.10  # of the uniform sample: shown without the machine's marks, to measure anchoring
    # With these two a team of two or more learns how well it decides for a fifth of its time; where nobody is left who
    # has not seen an answer, as in a team of one, nothing is asked.
    double_review: float = 0.15  # of what one person decided: judged again, blindly, by another; 0: none
    gold_rate: float = 0.05  # known answers for each ordinary one, made of what was decided clearly; 0: none
    rules: tuple[Rule, ...] = ()
    routes: tuple[Route, ...] = ()  # the first that matches counts
    channel: str = ""  # where cards go; empty: the default channel of the settings
    show: str = "evidence"
    reviewers: tuple[str, ...] = ()
    leads: tuple[str, ...] = ()
    due_hours: float = 24.0
    hold_minutes: float = 10.0
    on_timeout: OnTimeout = OnTimeout.REFUSE
    minutes_per_week: float | None = None  # this and the next four as of a route, for outputs of no route
    reviews_per_week: float | None = None
    slice_by: str = ""
    slice_power: float | None = None
    backlog_reviews: float | None = None
    cluster_by: str = "user"  # the key of the metadata that names for whom an output was written
    release_target: float | None = None  # as of a route, for outputs of no route
    release_below_proven: bool = False

    def __post_init__(self) -> None:
        _check_target(self.release_target)
        if not 0.0 < self.uniform_rate <= 1.0:
            raise ValueError(f"uniform_rate is {self.uniform_rate}, outside (0, 1]: a floor above zero is always kept")
        if not 0.0 < self.risk_threshold <= 1.0:
            raise ValueError(f"risk_threshold is {self.risk_threshold}, outside (0, 1]")
        if not 0.0 <= self.unmarked_rate <= 1.0:
            raise ValueError(f"unmarked_rate is {self.unmarked_rate}, outside [0, 1]")
        for name, share in (("double_review", self.double_review), ("gold_rate", self.gold_rate)):
            if not 0.0 <= share <= 1.0:
                raise ValueError(f"{name} is {share}, outside [0, 1]")

    @property
    def own_route(self) -> Route:
        """What holds for outputs that no route names."""
        return Route(
            name="",
            channel=self.channel,
            reviewers=self.reviewers,
            leads=self.leads,
            show=self.show,
            due_hours=self.due_hours,
            hold_minutes=self.hold_minutes,
            on_timeout=self.on_timeout,
            minutes_per_week=self.minutes_per_week,
            reviews_per_week=self.reviews_per_week,
            slice_by=self.slice_by,
            slice_power=self.slice_power,
            backlog_reviews=self.backlog_reviews,
            release_target=self.release_target,
            release_below_proven=self.release_below_proven,
        )

    def route(self, name: str) -> Route:
        """The route of this name; the policy's own for one that was removed since."""
        return next((route for route in self.routes if route.name == name), self.own_route)


def _check_target(target: float | None) -> None:
    if target is not None and not 0.0 < target < 1.0:
        raise ValueError(f"release_target is {target}, outside (0, 1)")
