"""One finding in a line, and what did not move or could not be said in a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.slack.digest import numbers
from bot.slack.digest.numbers import coefficient
from bot.slack.digest.runs import Run, Words, joined, name, strong, words
from bot.slack.text import counted, link_address, quoted
from reviewers.model.digest import Aspect, Digest, Example, Finding, State, Unit
from reviewers.model.digest_parts import Latency, PartKind, Percentiles, Reliability

QUOTE_LENGTH, SOURCE_LENGTH = 140, 80
MOVED, EXAMPLES, NAMED = (
    6,
    3,
    6,
)  # lines, examples, and parts in a sentence: then "2 more" (surfaces, section 0, rule 10)

ASPECTS = {
    Aspect.WRONG: "wrong answers",
    Aspect.QUESTIONS: "what is asked",
    Aspect.ANSWERS: "what is answered",
    Aspect.TOPIC: "topics",
    Aspect.LENGTH: "length of answers",
    Aspect.LANGUAGE: "languages",
    Aspect.REFUSALS: "refusals",
    Aspect.NO_CITATION: "answers without a source",
    Aspect.SIMILARITY: "how near sources come",
    Aspect.RISK: "risk",
    Aspect.CONFIDENCE: "the application's own confidence",
    Aspect.LATENCY: "latency",
    Aspect.TOKENS: "tokens",
    Aspect.COST: "cost",
    Aspect.CALIBRATION: "calibration",
    Aspect.AGREEMENT: "agreement of reviewers",
    Aspect.SOURCE: "sources of wrong answers",
}
_OF = {
    Aspect.WRONG: "wrong",
    Aspect.TOPIC: "of questions",
    Aspect.LANGUAGE: "of answers",
    Aspect.REFUSALS: "of answers",
}
_OF |= {Aspect.NO_CITATION: "of answers", Aspect.SOURCE: "of wrong answers"}


_MEDIANS = {
    Aspect.LENGTH,
    Aspect.SIMILARITY,
    Aspect.RISK,
    Aspect.CONFIDENCE,
    Aspect.LATENCY,
    Aspect.TOKENS,
    Aspect.COST,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A line of a list: what it speaks of, and what there is to say."""

    label: Words
    text: str


def moved_lines(findings: Iterable[Finding]) -> tuple[Line, ...]:
    """ "Fees abroad: 31 of 100 wrong, before 9 (+22 points, 11 to 35)", at most six."""
    return tuple(line_of(one) for one in list(findings)[:MOVED])


def line_of(finding: Finding) -> Line:
    """The finding with its effect and interval."""
    return Line(label=label_of(finding), text=text_of(finding))


def label_of(finding: Finding) -> Words:
    """What it speaks of, as a line begins."""
    if finding.aspect is Aspect.TOPIC and not finding.name.strip():
        return words("A topic without a name")
    if finding.aspect is Aspect.TOPIC:
        return words("Topic “", name(finding.name), "”")
    if finding.aspect is Aspect.SOURCE:
        return words("Wrong answers that cite “", name(finding.name), "”")
    if finding.aspect is Aspect.LANGUAGE and finding.name:
        return words("Language “", name(finding.name), "”")
    if finding.aspect is Aspect.WRONG:
        return words(capital(name(finding.name)) if finding.name else "All answers")
    whole = ASPECTS[finding.aspect]
    begins = f"{whole[:1].upper()}{whole[1:]}"
    return words(begins, " in “", name(finding.name), "”") if finding.name else words(begins)


def capital(run: Run) -> Run:
    """A name as a line begins with it."""
    return Run(text=f"{run.text[:1].upper()}{run.text[1:]}", bold=run.bold, foreign=run.foreign)


def text_of(finding: Finding) -> str:
    """ "31 of 100 wrong, before 9 (+22 points, 11 to 35)"; of too little, what is missing."""
    if finding.missing is not None:
        return f"too few to say ({numbers.few(finding.missing)})"
    if finding.aspect is Aspect.WRONG and finding.now is None:
        return "changed, by the verdicts one by one; too few for a rate"
    if finding.unit is Unit.ORDER or finding.now is None:
        return _apart(finding)
    now = f"{numbers.amount(finding.now, finding.unit)}{_of(finding)}"
    if finding.new:
        return f"{now}, new"
    change = numbers.effect(finding)
    before = "" if finding.before is None else f", before {_before(finding, finding.before)}"
    return f"{now}{before}{f' ({change})' if change else ''}"


def _of(finding: Finding) -> str:
    of = _OF.get(finding.aspect, "")
    if of:
        return f" {of}"
    return " (median)" if finding.aspect in _MEDIANS else ""


def _before(finding: Finding, value: float) -> str:
    if finding.unit is Unit.SHARE:
        return numbers.amount(value, finding.unit)
    return numbers.bare_amount(value, finding.unit)


def _apart(finding: Finding) -> str:
    """Of embeddings and of orders: how well the windows can be told apart."""
    said = "not as before" if finding.state is State.DRIFT else "as before"
    if finding.effect is None:
        return said
    now = numbers.amount(finding.effect, Unit.ORDER) if finding.unit is Unit.ORDER else numbers.effect(finding)
    if finding.unit is not Unit.ORDER:
        return f"{said} ({now})"
    low, high = finding.low, finding.high
    ends = "" if low is None or high is None else f"{numbers.points(low)} to {numbers.points(high)}; "
    return f"{said}: told apart in {now} pairs ({ends}50 where nothing changed)"


def examples_of(findings: Iterable[Finding]) -> tuple[Example, ...]:
    """Up to three outputs that show what moved, one of each finding before the second of any; none twice."""
    ranked = [(place, example) for one in findings for place, example in enumerate(one.examples)]
    ranked.sort(key=lambda pair: pair[0])
    found = {example.output_id: example for _, example in reversed(ranked)}
    return tuple(example for _, example in ranked if found.pop(example.output_id, None) is not None)[:EXAMPLES]


def example_words(example: Example) -> Words:
    """ "“A cash withdrawal abroad costs € 2.00.” Source: € 3.50  #4821"."""
    said = words("“", name(example.quote, QUOTE_LENGTH), "”")
    source = words(" Source: ", name(example.source, SOURCE_LENGTH)) if example.source.strip() else ()
    return words(said, source, "  ", Run(text=f"#{example.number}", link=link_address(example.link)))


def unchanged(digest: Digest, findings: Iterable[Finding]) -> Words:
    """ "disputes, limits, PIN; latency 1.4 s (median), 3.9 s (95 of 100); reviewers agree (α 0.71); calibration"."""
    calm = [one for one in findings if one.state is State.STABLE]
    moved = {one.aspect for one in digest.of(State.DRIFT)}
    parts = [words(name(one.name) if one.name else "all answers") for one in calm if one.aspect is Aspect.WRONG]
    said = [_shortlist(parts)] if parts else []
    told = {Aspect.WRONG, Aspect.AGREEMENT, Aspect.CALIBRATION}
    if Aspect.LATENCY not in moved and (latency := _latency(digest.latency)):
        said.append(words(latency))
        told.add(Aspect.LATENCY)
    others = dict.fromkeys(ASPECTS[one.aspect] for one in calm if one.aspect not in told | moved)
    said += [words(other) for other in others]
    if Aspect.AGREEMENT not in moved and (agreed := _agreed(digest)):
        said.append(words(agreed))
    reliable = isinstance(digest.reliability, Reliability) and digest.reliability.within_chance
    if reliable and Aspect.CALIBRATION not in moved:
        said.append(words("calibration"))
    return joined(said, "; ")


def _latency(latency: Iterable[Latency]) -> str:
    """Of the model that is used most."""
    first = next(iter(latency), None)
    if first is None or first.changed or not isinstance(first.now, Percentiles):
        return ""
    now = first.now
    return f"latency {seconds(now.p50)} (median), {seconds(now.p95)} (95 of 100)"


def seconds(milliseconds: float) -> str:
    """ "1.4 s"; "840 ms" below a second."""
    if milliseconds < 1000:
        return f"{milliseconds:.0f} ms"
    return numbers.amount(milliseconds / 1000, Unit.SECONDS)


def _agreed(digest: Digest) -> str:
    alpha, needed = digest.reviewers.alpha, digest.suggestion.agreement.needed
    return f"reviewers agree (α {coefficient(alpha)})" if alpha is not None and alpha >= needed else ""


def too_few(findings: Iterable[Finding]) -> Words:
    """ "delivery (4)": of what nothing can be said, and how much was seen of it."""
    found = [one for one in findings if one.missing is not None]
    return _shortlist([words(_part(one), f" ({one.missing.found:,})") for one in found if one.missing is not None])


def _part(finding: Finding) -> Run | str:
    if not finding.name:
        return ASPECTS[finding.aspect]
    return name(finding.name)


def _shortlist(parts: list[Words]) -> Words:
    more = len(parts) - NAMED
    return joined([*parts[:NAMED], *([words(f"{more} more")] if more > 0 else [])])


def summary(findings: tuple[Finding, ...], digest: Digest, muted: int) -> Words:
    """ "*No change:* … *Too few:* …", and how many findings somebody asked to leave out."""
    return joined(_summed(findings, digest, muted), " ")


def _summed(findings: tuple[Finding, ...], digest: Digest, muted: int) -> Iterator[Words]:
    if calm := unchanged(digest, findings):
        yield words(strong("No change:"), " ", calm, ".")
    if few := too_few(findings):
        yield words(strong("Too few:"), " ", few, ".")
    if muted:
        yield words(left_out_words(muted))


def left_out_words(count: int) -> str:
    """ "1 finding left out, as you asked."; empty: none is."""
    return f"{counted(count, 'finding')} left out, as you asked." if count else ""


def since_of(findings: Iterable[Finding]) -> Finding | None:
    """The first that says when it began."""
    return next((one for one in findings if one.since is not None), None)


def wrong_parts(digest: Digest, *, more: bool) -> tuple[Finding, ...]:
    """The parts and sources of which more (or fewer) answers were wrong than before, the most telling first."""
    return tuple(
        one
        for one in digest.of(State.DRIFT)
        if one.aspect in (Aspect.WRONG, Aspect.SOURCE) and (one.effect is None or (one.effect > 0) is more)
    )


def where_words(finding: Finding) -> Words:
    """ "questions on *fees abroad*", "answers of *helpdesk-8b*", "answers that cite *Card fees*"."""
    run = name(finding.name)
    kind = {PartKind.MODEL: "answers of ", PartKind.SOURCE: "answers that cite "}.get(finding.part, "questions on ")
    return words(kind, Run(text=run.text, bold=True, foreign=True))


def quoted_name(text: str) -> str:
    """A name between quotation marks, in plain words."""
    return quoted(name(text).text)
