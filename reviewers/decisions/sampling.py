"""Which outputs people see: the policy, the draw, and the chance that goes with it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from reviewers.model import JsonValue, OnTimeout, Output, Reason, Risk, SamplingDecision


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """Outputs that people should see whatever the risk says; every condition that is given must hold."""

    name: str  # what the card says after "Rule:", so it tells a reviewer what to look for
    tags: tuple[str, ...] = ()  # any of these
    models: tuple[str, ...] = ()  # any of these
    metadata: Mapping[str, JsonValue] = field(default_factory=dict)  # all of these, equal
    rate: float = 1.0  # the chance that a match is selected
    channel: str = ""  # empty: the policy's channel

    def __post_init__(self) -> None:
        if not 0.0 < self.rate <= 1.0:
            raise ValueError(f"rate is {self.rate}, outside (0, 1]")
        if not (self.tags or self.models or self.metadata):
            raise ValueError("a rule needs tags, models or metadata to match on")

    def matches(self, output: Output) -> bool:
        """Whether the rule speaks of this output."""
        return (
            (not self.tags or bool(set(self.tags) & set(output.tags)))
            and (not self.models or output.model in self.models)
            and all(key in output.metadata and output.metadata[key] == wanted for key, wanted in self.metadata.items())
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """How outputs are selected, who decides on them and what happens to held ones.

    The version is the hash of the policy's text: another text, another version, another draw.
    """

    version: str
    uniform_rate: float = 0.05  # the floor: every output keeps at least this chance
    risk_threshold: float = 0.40  # from here on an output is always selected (the word "high")
    rules: tuple[Rule, ...] = ()
    channel: str = ""  # where cards go; empty: the default channel of the settings
    show: str = "evidence"  # what a card shows before the verdict: evidence, blind or all
    reviewers: tuple[str, ...] = ()  # Slack user ids that may decide; empty: every full member
    due_hours: float = 24.0
    hold_minutes: float = 10.0  # how long a held output waits for a person
    on_timeout: OnTimeout = OnTimeout.REFUSE

    def __post_init__(self) -> None:
        if not 0.0 < self.uniform_rate <= 1.0:
            raise ValueError(f"uniform_rate is {self.uniform_rate}, outside (0, 1]: a floor above zero is always kept")
        if not 0.0 < self.risk_threshold <= 1.0:
            raise ValueError(f"risk_threshold is {self.risk_threshold}, outside (0, 1]")


def stable_draw(output_id: str, policy_version: str) -> float:
    """A number in [0, 1), uniform over output ids, the same for the same output and policy.

    The first 53 bits of SHA-256 over both, each with its length in front, so that no two pairs run together.
    Replayable: anyone can compute the draw again from what is stored.
    """
    keyed = f"{len(policy_version)}:{policy_version}{len(output_id)}:{output_id}".encode()
    return (int.from_bytes(hashlib.sha256(keyed).digest()[:8], "big") >> 11) / 2**53


def decide(output: Output, risk: Risk | None, policy: Policy, *, draw: float, now: datetime) -> SamplingDecision:
    """Select iff draw < inclusion probability, the largest chance that applies to this output.

    Held: 1. A matching rule: its rate. Risk at or above the threshold: 1. Every output, the unscored ones
    (`risk` None) included: the uniform rate. The reason names the first of these, in this order, that gives the
    chance; among several rules it is the one with the largest rate.
    """
    rule = max((r for r in policy.rules if r.matches(output)), key=lambda r: r.rate, default=None)
    chances: list[tuple[float, Reason]] = []
    if output.hold:
        chances.append((1.0, Reason.HELD))
    if rule is not None:
        chances.append((rule.rate, Reason.RULE))
    if risk is not None and risk.probability >= policy.risk_threshold:
        chances.append((1.0, Reason.RISK))
    chances.append((policy.uniform_rate, Reason.UNIFORM))

    probability, reason = max(chances, key=lambda chance: chance[0])  # the first of equals, as listed above
    selected = draw < probability
    by_rule = rule if reason is Reason.RULE else None
    return SamplingDecision(
        output_id=output.output_id,
        selected=selected,
        inclusion_probability=probability,
        reason=reason if selected else Reason.NOT_SELECTED,
        rule=by_rule.name if by_rule and selected else "",
        channel=(by_rule.channel if by_rule else "") or policy.channel,
        policy_version=policy.version,
        draw=draw,
        decided_at=now,
    )
