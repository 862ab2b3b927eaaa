"""Digests as the design draws them, and with somebody else's words wherever such words can stand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC

from bot.slack.digest import DigestOptions, Picture
from reviewers.model.digest import Aspect, Digest, Finding, State, Unit
from reviewers.model.digest_parts import PartKind, Reliability
from reviewers.model.suggestion import Cure, Met, TrainingSet, Upstream
from tests.digests import a_digest, a_finding

FILES = {Picture.ERROR_RATE: "F0AAAA001", Picture.RELIABILITY: "F0AAAA002", Picture.MOVED: "F0AAAA003"}
GUIDE = "https://safe.example/guide"
OPTIONS = DigestOptions(zone=UTC, files=FILES, guide=GUIDE)


def drawn_digest(**changes: object) -> Digest:
    """The drift week of the design: slices are named as tags usually are, and cards stand where links may lead."""
    whole = a_digest(**changes)
    return replace(
        whole,
        findings=tuple(_lowered(finding) for finding in whole.findings),
        lines=tuple(replace(line, name=_lower(line.name)) for line in whole.lines),
        suggestion=replace(
            whole.suggestion,
            material=replace(whole.suggestion.material, part=_lower(whole.suggestion.material.part)),
            agreement=replace(whole.suggestion.agreement, part=_lower(whole.suggestion.agreement.part)),
        ),
    )


def _lowered(finding: Finding) -> Finding:
    examples = tuple(
        replace(one, link=one.link.replace("meridian.slack.com", "safe.example")) for one in finding.examples
    )
    return replace(finding, name=_lower(finding.name), examples=examples)


def _lower(name: str) -> str:
    return name if name.isupper() else f"{name[:1].lower()}{name[1:]}"


def suggested_digest(**changes: object) -> Digest:
    """The same week when nothing upstream explains it, so that retraining is suggested."""
    whole = drawn_digest(**changes)
    cause = replace(whole.suggestion.other_cause, met=Met.MET, changes=(), watched=tuple(Upstream)[1:])
    cause = replace(cause, unchanged_since=whole.reference.start)
    training = TrainingSet(name="cards-12", corrections=243, approved=104, share_approved=0.3)
    suggestion = replace(whole.suggestion, other_cause=cause, cure=None, training_set=training)
    return replace(whole, suggestion=suggestion, cure=None)


def hostile_digest(payload: str, address: str) -> Digest:
    """A digest in which every name and quote is the payload."""
    whole = a_digest(route=payload[:60], zone=payload or "UTC", risk_version=payload)
    change = replace(whole.suggestion.other_cause.changes[0], name=payload)
    suggestion = replace(
        whole.suggestion,
        material=replace(whole.suggestion.material, part=payload),
        agreement=replace(whole.suggestion.agreement, part=payload),
        other_cause=replace(whole.suggestion.other_cause, changes=(change,)),
        cure=Cure(kind=Upstream.INDEX, change=change, wrong=22, of=24),
    )
    known = whole.reliability
    assert isinstance(known, Reliability)
    return replace(
        whole,
        findings=(*(_poisoned(one, payload, address) for one in whole.findings), *_more(payload)),
        cure=Cure(kind=Upstream.SOURCE, change=change, wrong=22, of=24),
        lines=tuple(replace(line, name=payload, change=0.1, low=0.0, high=0.2) for line in whole.lines),
        reliability=replace(known, risk_version=payload),
        latency=tuple(replace(one, model=payload, changed=True) for one in whole.latency),
        sources=replace(
            whole.sources,
            cited=tuple(replace(one, title=payload, address=address) for one in whole.sources.cited),
            changed=tuple(replace(one, title=payload, address=address) for one in whole.sources.changed),
        ),
        suggestion=suggestion,
    )


def _poisoned(finding: Finding, payload: str, address: str) -> Finding:
    examples = tuple(
        replace(one, output_id=f"{payload} {one.number}", quote=payload, source=payload, link=address)
        for one in finding.examples
    )
    return replace(finding, name=payload, test=payload, examples=examples)


def _more(payload: str) -> tuple[Finding, ...]:
    kinds = (Aspect.SOURCE, Aspect.LANGUAGE, Aspect.LENGTH, Aspect.QUESTIONS)
    moved = [a_finding(aspect=kind, name=payload, examples=(), unit=Unit.SHARE) for kind in kinds]
    models = [a_finding(part=part, name=payload, examples=()) for part in (PartKind.MODEL, PartKind.SOURCE)]
    still = a_finding(name=payload, state=State.STABLE, examples=())
    return (*moved, *models, still)
