"""The details of a digest, one part for each message of its thread and each section of its files. Pure values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo

from bot.slack import rates
from bot.slack.digest import numbers
from bot.slack.digest.alt import alt_of, telling_group
from bot.slack.digest.findings import capital, label_of, seconds, text_of
from bot.slack.digest.heard import heard
from bot.slack.digest.numbers import cell, coefficient, points
from bot.slack.digest.options import DigestOptions, Picture
from bot.slack.digest.runs import Run, Words, bolded, joined, name, strong, words
from bot.slack.text import counted, host, isolated, link_address
from reviewers.model.digest import Aspect, Digest, Finding, Headline, State
from reviewers.model.digest_parts import (
    ChangedSource,
    CitedSource,
    Latency,
    MarksEffect,
    PartKind,
    Percentiles,
    RateLine,
    Reliability,
)
from reviewers.model.missing import Missing

ROWS = 10  # of a table and of a list; then "5 more"
SOURCES, CHANGED, MODELS = 5, 5, 5
TOGETHER = "(tested together, e-BH)"


@dataclass(frozen=True, kw_only=True, slots=True)
class Detail:
    """One message of the thread."""

    key: str  # names it in block ids and addresses within a page
    title: str
    lead: Words = ()  # what follows the title on its line
    table: tuple[tuple[str, ...], ...] = ()  # the first row is the heading; names of others are on one line
    lines: tuple[Words, ...] = ()
    picture: Picture | None = None
    grey: Words = ()


def details(digest: Digest, options: DigestOptions) -> tuple[Detail, ...]:
    """All parts that have something to say, in the order of the thread."""
    if digest.headline is Headline.NO_TRAFFIC:
        return ()
    found = _details(digest, options.zone)
    return tuple(one for one in found if one.picture is not Picture.MOVED or not _shown_above(digest, options))


def _shown_above(digest: Digest, options: DigestOptions) -> bool:
    """Whether the digest itself has the whole picture of changes, in the place of Slack's own bars."""
    rest = heard(digest, options).digest
    told = rest.headline not in (Headline.NOTHING_MOVED, Headline.TOO_FEW) and rest.lines == digest.lines
    return told and not options.native_bars and not options.short


def _details(digest: Digest, zone: tzinfo) -> Iterator[Detail]:
    yield _rates(digest)
    if digest.risk_version:
        yield _reliability(digest)
    if alt_of(Picture.MOVED, digest):
        yield Detail(key="moved", title="What moved, in points", picture=Picture.MOVED)
    if any(one.aspect is not Aspect.WRONG for one in digest.findings):
        yield _inputs(digest)
    if digest.latency:
        yield _latency(digest.latency)
    if lines := tuple(_sources(digest, zone)):
        yield Detail(key="sources", title="Sources", lines=lines)
    yield _reviewers(digest)
    yield _corrections(digest)


def _rates(digest: Digest) -> Detail:
    rows = [("", "Wrong of 100", "Before", "Reviewed")]
    rows.append(("All", cell(digest.rate), cell(digest.before), f"{digest.reviewed:,}"))
    rows += [
        (_row_name(line), cell(line.rate), cell(line.before), f"{line.reviewed:,}") for line in digest.lines[:ROWS]
    ]
    more = len(digest.lines) - ROWS
    rest = words(f" {counted(more, 'more part')} not shown.") if more > 0 else ()
    grey = words(_within_chance(digest.lines), rest) if digest.lines else ()
    return Detail(key="rates", title="Wrong answers, in detail", table=tuple(rows), grey=grey)


def _row_name(line: RateLine) -> str:
    run = name(line.name)
    return isolated((run if line.part is PartKind.MODEL else capital(run)).text)


def _within_chance(lines: Sequence[RateLine]) -> Words:
    """ "Only fees abroad is a finding: the others are within chance (tested together, e-BH)."."""
    found = [words(name(line.name)) for line in lines if line.finding]
    if not found:
        return words(f"None is a finding: all are within chance {TOGETHER}.")
    others = "" if len(found) == len(lines) else ": the others are within chance"
    verb = "is a finding" if len(found) == 1 else "are findings"
    return words("Only ", joined(found[:ROWS], ", ", " and "), f" {verb}{others} {TOGETHER}.")


def _reliability(digest: Digest) -> Detail:
    title, found = "Does risk mean what it says?", digest.reliability
    if isinstance(found, Missing) or not found.groups:
        few = f" ({numbers.few(found)})" if isinstance(found, Missing) else ""
        return Detail(key="reliability", title=title, lead=words(f"Too few to say{few}."))
    chosen = telling_group(found)
    answer = "Yes, within chance. Where" if found.within_chance else "No: where"
    wrong = f"{points(chosen.found)} were wrong ({points(chosen.low)} to {points(chosen.high)})"
    lead = words(f"{answer} it says {points(chosen.said)} of 100, {wrong}.", _left(found))
    return Detail(key="reliability", title=title, lead=lead, picture=Picture.RELIABILITY, grey=words(*_signal(found)))


def _left(found: Reliability) -> str:
    """The risk-coverage curve at one point: what would be wrong of what left without review."""
    part = next((one for one in found.coverage if one.share < 1.0), None)
    if part is None:
        return ""
    return f" Of the safest {points(part.share)} of 100 about {points(part.wrong)} of 100 are wrong."


def _signal(found: Reliability) -> Iterator[str | Run]:
    if found.auroc is not None:
        ends = ""
        if found.auroc_low is not None and found.auroc_high is not None:
            ends = f" ({coefficient(found.auroc_low)} to {coefficient(found.auroc_high)})"
        yield f"AUROC {coefficient(found.auroc)}{ends}  ·  "
    if found.error is not None:
        yield f"calibration error {numbers.coefficient(found.error)}  ·  "
    yield "risk model "
    yield name(found.risk_version)
    yield f", {counted(found.learned_from, 'verdict')} of earlier weeks"


def _inputs(digest: Digest) -> Detail:
    """Every comparison but the error rates: what moved, what did not, and of what too little was seen."""
    found = [one for one in digest.findings if one.aspect is not Aspect.WRONG]
    lines = [words(bolded(label_of(one)), strong(": "), _state_text(one)) for one in found[:ROWS]]
    if len(found) > ROWS:
        lines.append(words(f"{len(found) - ROWS} more"))
    tests = joined([words(name(test, 80)) for test in dict.fromkeys(one.test for one in found) if test.strip()], "; ")
    grey = words("Tests: ", tests, ", held against each other.") if tests else ()
    return Detail(key="inputs", title="What was asked and answered", lines=tuple(lines), grey=grey)


def _state_text(finding: Finding) -> str:
    before = "no change; " if finding.state is State.STABLE else ""
    psi = "" if finding.psi is None else f"; PSI {coefficient(finding.psi)}"
    return f"{before}{text_of(finding)}{psi}"


def _latency(found: Sequence[Latency]) -> Detail:
    rows: list[tuple[str, ...]] = [("", "Median", "95 of 100", "99 of 100", "Median before")]
    rows += [_latency_row(one) for one in found[:MODELS]]
    changed = joined([words(name(one.model)) for one in found[:MODELS] if one.changed], ", ", " and ")
    grey = words("Beyond chance: ", changed, ".") if changed else words("All within chance.")
    lines = tuple(line for one in found[:MODELS] if (line := _tokens(one)))
    return Detail(key="latency", title="Latency, tokens and cost", table=tuple(rows), lines=lines, grey=grey)


def _latency_row(one: Latency) -> tuple[str, ...]:
    before = seconds(one.before.p50) if isinstance(one.before, Percentiles) else f"too few ({one.before.found:,})"
    label = isolated(name(one.model).text)
    if isinstance(one.now, Missing):
        return label, f"too few ({one.now.found:,})", "", "", before
    return label, seconds(one.now.p50), seconds(one.now.p95), seconds(one.now.p99), before


def _tokens(one: Latency) -> Words:
    """ "helpdesk-8b: 212 tokens an answer, before 200; cost 12.40 EUR this week"."""
    said = []
    if one.tokens is not None:
        before = "" if one.tokens_before is None else f", before {one.tokens_before:,.0f}"
        said.append(f"{one.tokens:,.0f} tokens an answer{before}")
    if one.cost is not None:
        currency = f" {name(one.price.currency, 12).text}" if one.price and one.price.currency else ""
        said.append(f"cost {one.cost:,.2f}{currency} this week")
    return words(bolded(words(name(one.model))), strong(": "), "; ".join(said)) if said else ()


def _sources(digest: Digest, zone: tzinfo) -> Iterator[Words]:
    found = digest.sources
    for one in found.cited[:SOURCES]:
        cited = f": of {counted(one.cited, 'decided answer')} that cite it {one.wrong:,} are wrong"
        yield words(_title(one), cited, f", before {one.wrong_before:,} of {one.cited_before:,}")
    if found.asked:
        before = f", before {found.without_before:,} of {found.asked_before:,}" if found.asked_before else ""
        yield words(f"{found.without:,} of {counted(found.asked, 'question')} without a source{before}")
    for changed in found.changed[:CHANGED]:
        yield words(_title(changed), f" changed on {numbers.long_day(changed.changed_at, zone)}{_reopened(changed)}")


def _reopened(changed: ChangedSource) -> str:
    if not changed.reopened:
        return ""
    wait = "waits" if changed.reopened == 1 else "wait"
    return f": {counted(changed.reopened, 'approved answer')} {wait} for another look"


def _title(source: CitedSource | ChangedSource) -> Words:
    """The title as a link, and in plain letters the host that it leads to."""
    address = link_address(source.address)
    where = f" ({host(source.address)})" if address else ""
    return words(replace(name(source.title), link=address), where)


def _reviewers(digest: Digest) -> Detail:
    found = digest.reviewers
    each = (
        "" if found.seconds_a_review is None else f", {rates.seconds_words(found.seconds_a_review)} a review (median)"
    )
    lead = f"{rates.hours_words(found.minutes * 60)} by {counted(found.people, 'person', 'people')}{each}."
    lines = [_agreement(digest), _queue(digest), _marks(found.marks)]
    if digest.timed_out:
        lines.append(f"{counted(digest.timed_out, 'answer')} timed out; a time-out is no verdict")
    return Detail(key="reviewers", title="Reviewers", lead=words(lead), lines=tuple(words(line) for line in lines))


def _agreement(digest: Digest) -> str:
    found = digest.reviewers
    if found.alpha is None:
        return f"Agreement: too few answers with two opinions to say ({found.twice:,})"
    ends = ""
    if found.alpha_low is not None and found.alpha_high is not None:
        ends = f" ({coefficient(found.alpha_low)} to {coefficient(found.alpha_high)})"
    return f"Agreement: α {coefficient(found.alpha)}{ends} on {counted(found.twice, 'answer')} that several judged"


def _queue(digest: Digest) -> str:
    found = digest.reviewers
    if not found.waiting or found.oldest_hours is None:
        return "Nothing waited at the end of the week"
    waits = "waits" if found.waiting == 1 else "wait"
    return f"{counted(found.waiting, 'answer')} {waits}, the oldest for {rates.hours_words(found.oldest_hours * 3600)}"


def _marks(found: MarksEffect | Missing) -> str:
    """What the machine's marks do to what reviewers find."""
    if isinstance(found, Missing):
        return f"What the machine's marks do: too few to say ({numbers.few(found)})"
    with_, without = points(found.marked.value), points(found.unmarked.value)
    ends = f"difference {points(found.difference)}, {points(found.low)} to {points(found.high)}"
    turn = "; it is beyond chance, so turn the route to blind" if found.finding else ""
    return f"With the machine's marks reviewers found {with_} of 100 wrong, without them {without} ({ends}){turn}"


def _corrections(digest: Digest) -> Detail:
    found = digest.corrections
    lead = (
        f"{found.week:,} this week; {found.since_last:,} since the last dataset, duplicates removed "
        f"({found.needed:,} are needed). {counted(found.approved, 'approved answer')} beside them."
    )
    if found.agreed is not None:
        lead += f" Of those that two people corrected {points(found.agreed)} of 100 agree."
    return Detail(key="corrections", title="Corrections", lead=words(lead))
