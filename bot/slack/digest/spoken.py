"""The whole digest in plain words: what screen readers and notifications say instead of the blocks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.slack import rates
from bot.slack.cutting import cut, size
from bot.slack.digest.findings import (
    example_words,
    examples_of,
    left_out_words,
    line_of,
    moved_lines,
    seconds,
    too_few,
    unchanged,
)
from bot.slack.digest.heard import heard
from bot.slack.digest.lead import CALM, cure_words, first_sentence, late_words, nothing_said, title
from bot.slack.digest.numbers import coefficient
from bot.slack.digest.options import DigestOptions
from bot.slack.digest.runs import bare
from bot.slack.text import counted, escape
from reviewers.model.digest import Digest, Headline, State
from reviewers.model.digest_parts import Percentiles
from reviewers.model.suggestion import Suggestion

TEXT_LENGTH = 3000


def spoken(digest: Digest, options: DigestOptions) -> str:
    """The finding first, then why, what moved, and what was collected; escaped, at most 3,000 characters."""
    return fitted(_sentences(digest, options))


def plain_words(digest: Digest, options: DigestOptions) -> str:
    """The same without a limit and not escaped."""
    return " ".join(_sentences(digest, options))


def fitted(sentences: Iterable[str]) -> str:
    """As many sentences as there is room for, from the beginning."""
    said = ""
    for sentence in sentences:
        more = escape(f" {sentence}" if said else sentence)
        if size(said) + size(more) > TEXT_LENGTH:
            break
        said += more
    return said or escape(cut(next(iter(sentences), "-"), TEXT_LENGTH // 6).shown)


def _sentences(digest: Digest, options: DigestOptions) -> list[str]:
    return [one for one in _told(digest, options) if one]


def _told(digest: Digest, options: DigestOptions) -> Iterator[str]:
    told = heard(digest, options)
    rest, still = told.digest, told.digest.headline in (Headline.TOO_FEW, Headline.NOTHING_MOVED)
    yield f"{title(rest, nothing_else=told.nothing_else)}."
    yield bare(first_sentence(rest, options.zone, compares=told.compares))
    if rest.headline is Headline.NO_TRAFFIC:
        yield spoken_late(options)
        return
    if still:
        yield left_out_words(told.left_out)
    if rest.headline is Headline.TOO_FEW:
        yield nothing_said(digest)
    if rest.cure is not None and rest.headline not in CALM:
        yield f"Do first: {bare(cure_words(rest.cure, options.zone))}"
    if rest.headline is not Headline.NOTHING_MOVED:
        yield from _findings(rest, digest)
        yield "" if still else left_out_words(told.left_out)
        yield suggestion_words(digest.suggestion)
    elif told.nothing_else and digest.suggestion.suggested:
        yield suggestion_words(digest.suggestion)
    yield from beside(rest)
    yield spoken_late(options)
    if options.command:
        yield f"Again at any time: {options.command} digest {digest.week}."


def spoken_late(options: DigestOptions) -> str:
    """What `late_words` says, as a sentence."""
    late = late_words(options)
    return f"{late[:1].upper()}{late[1:]}." if late else ""


def _findings(rest: Digest, digest: Digest) -> Iterator[str]:
    """Of what is left; what moved in the whole digest is not called unchanged, left out or not."""
    drifted = rest.of(State.DRIFT)
    if drifted:
        moved = "; ".join(f"{bare(line.label)}: {line.text}" for line in moved_lines(drifted))
        yield f"What moved: {moved}."
    if examples := examples_of(drifted):
        yield f"Examples: {'; '.join(bare(example_words(one)).replace('  ', ' ') for one in examples)}."
    if calm := unchanged(digest, rest.findings):
        yield f"No change: {bare(calm).replace('α', 'alpha')}."
    if few := too_few(rest.findings):
        yield f"Too few: {bare(few)}."


def suggestion_words(suggestion: Suggestion) -> str:
    """Whether retraining is suggested."""
    if suggestion.suggested:
        return "Retraining is suggested."
    return "Retraining is not suggested yet." if suggestion.due else ""


def beside(digest: Digest) -> Iterator[str]:
    """n, latency, corrections and reviewers."""
    yield f"{digest.reviewed:,} of {counted(digest.outputs, 'answer')} reviewed."
    first = next(iter(digest.latency), None)
    if first is not None and isinstance(first.now, Percentiles):
        times = f"{seconds(first.now.p50)} (median), {seconds(first.now.p95)} (95 of 100)"
        yield f"Latency {times}, {'changed' if first.changed else 'unchanged'}."
    yield f"{counted(digest.corrections.week, 'correction')} collected."
    people = digest.reviewers
    agreed = f", agreement alpha {coefficient(people.alpha)}" if people.alpha is not None else ""
    if people.minutes:
        yield f"Reviewers: {rates.hours_words(people.minutes * 60)}{agreed}."


def all_findings(digest: Digest, state: State) -> list[str]:
    """Every finding in this state as a sentence of its own."""
    return [f"{bare(line.label)}: {line.text}." for line in map(line_of, digest.of(state))]
