"""What may stand in the policy file: each setting with its bounds, and the words that say what to write."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

MOST_HOURS = 24.0 * 90
MOST_MINUTES = 60.0 * 24 * 30
MOST_REVIEWS = 1_000_000.0

Chance = Annotated[float, Field(gt=0.0, le=1.0, description="a number above 0, up to 1")]
Risk = Annotated[float, Field(ge=0.0, le=1.0, description="a number from 0 to 1")]
Hours = Annotated[float, Field(gt=0.0, le=MOST_HOURS, description=f"hours above 0, up to {MOST_HOURS:g}")]
Minutes = Annotated[float, Field(gt=0.0, le=MOST_MINUTES, description=f"minutes above 0, up to {MOST_MINUTES:g}")]
Target = Annotated[
    float | None, Field(gt=0.0, le=0.5, description="a share above 0, up to 0.5, such as 0.05 for 5 of 100 wrong")
]
Words = Annotated[list[str], Field(description='a list of words, such as ["fees", "loans"]')]
Channel = Annotated[
    str,
    Field(
        pattern=r"^([CG][A-Z0-9]{2,})?$",
        description="a channel's id, such as C0123456789 (last line of the channel's details in Slack)",
    ),
]
Reviewers = Annotated[
    list[Annotated[str, Field(pattern=r"^[UWS][A-Z0-9]{2,}$")]],
    Field(description='Slack ids of people (U…) or user groups (S…), such as ["U0123456789", "S0123456789"]'),
]
Leads = Annotated[
    list[Annotated[str, Field(pattern=r"^[UW][A-Z0-9]{2,}$")]],
    Field(description='Slack ids of people, such as ["U0123456789"]'),
]
Show = Annotated[Literal["evidence", "blind", "all"], Field(description='"evidence", "blind" or "all"')]
OnTimeoutWord = Annotated[
    Literal["refuse", "release", "hold"],
    Field(description='"refuse", "release" (sent, not verified) or "hold" (it waits on)'),
]
Name = Annotated[str, Field(min_length=1, max_length=100, description="a name of 1 to 100 characters")]
Values = Annotated[
    dict[str, str | int | float | bool], Field(description='names and plain values, such as { tier = "gold" }')
]
Budget = Annotated[float | None, Field(gt=0.0, le=MOST_MINUTES, description=f"minutes above 0, up to {MOST_MINUTES:g}")]
Reviews = Annotated[
    float | None, Field(gt=0.0, le=MOST_REVIEWS, description=f"reviews above 0, up to {MOST_REVIEWS:,.0f}")
]
Key = Annotated[str, Field(max_length=100, description='a key of the metadata, such as "tenant"')]
SliceBy = Annotated[
    str, Field(max_length=100, description='"tag", or a key of the metadata, such as "tenant"; "" for no slices')
]
Power = Annotated[
    float | None, Field(ge=0.0, le=1.0, description="a number from 0 (outputs count alike) to 1 (slices)")
]
YesNo = Annotated[bool, Field(description="true or false")]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class RuleText(_Table):
    """One `[[rules]]`."""

    name: Name
    tags: Words = []
    models: Words = []
    metadata: Values = {}
    rate: Chance = 1.0
    channel: Channel = ""


class RouteText(_Table):
    """One `[[routes]]`."""

    name: Name
    channel: Channel = ""
    tags: Words = []
    models: Words = []
    metadata: Values = {}
    risk_from: Risk | None = Field(default=None, description="a number from 0 to 1")
    risk_below: Chance | None = Field(default=None, description="a number above 0, up to 1")
    reviewers: Reviewers = []
    leads: Leads = []
    skills: Annotated[
        dict[str, list[str]],
        Field(description='people with the tags that they know, such as { U0123456789 = ["fees"] }'),
    ] = {}
    assign: YesNo = False
    quorum: int = Field(default=1, ge=1, le=5, description="a whole number from 1 to 5")
    on_disagreement: Literal["third", "lead"] = Field(
        default="third", description='"third" (one more reviewer) or "lead"'
    )
    show: Show = "evidence"
    due_hours: Hours = 24.0
    after_due: Literal["keep", "time_out"] = Field(
        default="keep", description='"keep" (it stays open) or "time_out" (after grace_hours)'
    )
    grace_hours: float = Field(default=4.0, ge=0.0, le=MOST_HOURS, description=f"hours from 0 to {MOST_HOURS:g}")
    hold: YesNo = True
    hold_minutes: Minutes = 10.0
    on_timeout: OnTimeoutWord = "refuse"
    batch: YesNo = False
    minutes_per_week: Budget = None
    reviews_per_week: Reviews = None
    slice_by: SliceBy = ""
    slice_power: Power = None
    backlog_reviews: Reviews = None
    release_target: Target = None
    release_below_proven: YesNo = False


class PolicyText(_Table):
    """The whole file."""

    uniform_rate: Chance = 0.05
    risk_threshold: Chance = 0.40
    unmarked_rate: Risk = 0.10
    double_review: Risk = 0.15
    gold_rate: Risk = 0.05
    channel: Channel = ""
    show: Show = "evidence"
    reviewers: Reviewers = []
    leads: Leads = []
    due_hours: Hours = 24.0
    hold_minutes: Minutes = 10.0
    on_timeout: OnTimeoutWord = "refuse"
    minutes_per_week: Budget = None
    reviews_per_week: Reviews = None
    slice_by: SliceBy = ""
    slice_power: Power = None
    backlog_reviews: Reviews = None
    cluster_by: Key = "user"
    release_target: Target = None
    release_below_proven: YesNo = False
    rules: Annotated[list[RuleText], Field(description="tables [[rules]]")] = []
    routes: Annotated[list[RouteText], Field(description="tables [[routes]]")] = []
