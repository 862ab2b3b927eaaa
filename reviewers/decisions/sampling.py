"""Which outputs people see: the draw, and the chance that goes with it."""

from __future__ import annotations

import hashlib
from datetime import datetime

from reviewers.model import Output, Policy, Reason, Risk, SamplingDecision


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
        channel=by_rule.channel if by_rule else "",
        policy_version=policy.version,
        draw=draw,
        decided_at=now,
    )
