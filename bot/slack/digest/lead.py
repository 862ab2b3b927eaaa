"""What a digest says first: the finding in six words, one sentence with numbers, and the cheapest cure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo

from bot.slack import rates
from bot.slack.digest import numbers
from bot.slack.digest.findings import label_of, since_of, text_of, where_words, wrong_parts
from bot.slack.digest.options import DigestOptions
from bot.slack.digest.runs import NAME_LENGTH, Run, Words, bold_name, joined, name, strong, words
from bot.slack.home.lead import route_name
from bot.slack.text import counted, one_line, shortened
from reviewers.model.digest import Aspect, Digest, Finding, Headline, State
from reviewers.model.judgement import Rate
from reviewers.model.missing import Missing
from reviewers.model.suggestion import Cure, Upstream, UpstreamChange

NAMED = 3  # parts and topics that the first sentence names
CALM = (Headline.NOTHING_MOVED, Headline.NO_TRAFFIC)
NOTHING_ELSE = "nothing else moved"  # than what people asked to leave out

# What to do about a change that is known.
_CURES = {
    Upstream.SOURCE: "Correct the page.",
    Upstream.INDEX: "Rebuild the index.",
    Upstream.PROMPT: "Go back to the prompt before, or correct it.",
    Upstream.MODEL: "Go back to the model before.",
}
# Kinds of errors that have a cure of their own where no change is known: what they are, and what to do.
_KINDS = {
    Upstream.SOURCE: ("no passage comes near the question of {}", "Write the source that is missing."),
    Upstream.INDEX: ("passages beside the point are cited by {}", "Look at what the index returns."),
    Upstream.PROMPT: ("style or topic alone is what is wrong with {}", "Say in the prompt how to answer."),
    Upstream.MODEL: ("one version of the model wrote {}", "Go back to the model before."),
}


def route_words(route: str) -> str:
    """The route as a message names it: one line, at most 60 characters."""
    return shortened(one_line(route_name(route)), NAME_LENGTH)


def title(digest: Digest, *, nothing_else: bool = False) -> str:
    """ "Card support, week 47: more wrong answers"; `nothing_else`: "…: nothing else moved", than what is left out."""
    said = NOTHING_ELSE if nothing_else else digest.headline.value
    return f"{route_words(digest.route)}, week {numbers.week_number(digest.week)}: {said}"


def first_sentence(digest: Digest, zone: tzinfo, *, compares: bool = True) -> Words:
    """The headline with its numbers; a manager can stop after it.

    Args:
        digest: what the week came to.
        zone: of its dates.
        compares: whether the share of all wrong answers is held against the weeks before.
    """
    if digest.headline is Headline.NO_TRAFFIC:
        last = digest.last_output_at
        return words(f"The last came on {numbers.long_day(last, zone)}." if last else "None ever came.")
    if digest.headline is Headline.TOO_FEW:
        return words(*_too_few(digest))
    if digest.headline is Headline.NOTHING_MOVED:
        return _as_before(digest, compares)
    if digest.headline in (Headline.MORE_WRONG, Headline.FEWER_WRONG):
        return words(_risen(digest, compares), *_where(digest, zone))
    return words(_moved(digest), " ", _as_before(digest, compares))


def _risen(digest: Digest, compares: bool) -> Words:
    rate, before, earlier = digest.rate, digest.before, numbers.before_words(digest)
    if isinstance(rate, Missing):
        return words(_unknown(rate))
    now = words("About ", strong(rates.share(rate)), f" answers were wrong ({rates.interval(rate)})")
    if not compares:
        return words(now, ".")
    if isinstance(before, Missing):
        return words(now, f"; of {earlier} too few were reviewed to say ({numbers.few(before)}).")
    return words(now, f"; in {earlier} it was ", strong(numbers.bare_share(before)), f" ({rates.interval(before)}).")


def _as_before(digest: Digest, compares: bool) -> Words:
    """ "About 9 of 100 answers were wrong (6 to 14), as in the 4 weeks before (8; 6 to 10)."."""
    rate, before, earlier = digest.rate, digest.before, numbers.before_words(digest)
    if isinstance(rate, Missing):
        return words(_unknown(rate))
    now = f"About {rates.share(rate)} answers were wrong ({rates.interval(rate)})"
    if not compares:
        return words(f"{now}.")
    if isinstance(before, Missing):
        return words(f"{now}; of {earlier} too few were reviewed to say ({numbers.few(before)}).")
    return words(f"{now}, as in {earlier} ({numbers.bare_share(before)}; {rates.interval(before)}).")


def _unknown(rate: Missing) -> str:
    return f"Too few answers were reviewed to say how many were wrong ({numbers.few(rate)})."


def first_named(digest: Digest) -> tuple[Finding, ...]:
    """What the first sentence is about: the parts that it names, else the most telling finding; none: nothing moved."""
    if digest.headline in (Headline.MORE_WRONG, Headline.FEWER_WRONG):
        found = wrong_parts(digest, more=digest.headline is Headline.MORE_WRONG)
        return tuple(one for one in found if one.name)[:NAMED] or found[:1]
    drifted = digest.of(State.DRIFT)
    topics = tuple(one for one in drifted if one.aspect is Aspect.TOPIC)
    return (topics if topics and digest.headline is Headline.NEW_QUESTIONS else drifted)[:1]


def _where(digest: Digest, zone: tzinfo) -> Iterator[str | Words]:
    """ " The rise is in questions on *fees abroad*, since 17 November."."""
    more = digest.headline is Headline.MORE_WRONG
    about = first_named(digest)
    named = [one for one in about if one.name]
    began = since_of(named or wrong_parts(digest, more=more))
    since = f" since {numbers.long_day(began.since, zone)}" if began and began.since else ""
    if named:
        word = "rise" if more else "fall"
        yield words(f" The {word} is in ", joined(map(where_words, named), ", ", " and "))
        yield f",{since}." if since else "."
    elif since:
        yield f" It {'rose' if more else 'fell'}{since}."


def _moved(digest: Digest) -> Words:
    """The most telling finding where no error rate moved."""
    for first in first_named(digest):
        if digest.headline is not Headline.NEW_QUESTIONS or first.aspect is not Aspect.TOPIC:
            return words(label_of(first), f": {text_of(first)}.")
        grew = "is new" if first.new else "grew" if (first.effect or 0.0) > 0 else "shrank"
        which = words("The topic ", bold_name(first.name)) if first.name.strip() else label_of(first)
        return words(which, f" {grew}: {text_of(first).removesuffix(', new')}.")
    return words(f"{digest.headline.value.capitalize()}.")


def _too_few(digest: Digest) -> Iterator[str]:
    yield (
        f"{digest.reviewed:,} of {counted(digest.outputs, 'answer')} reviewed; {digest.reviews_need:,} are needed "
        "before a rate means something (±10 points)."
    )
    if digest.timed_out:
        yield f" {digest.timed_out:,} timed out."


def nothing_said(digest: Digest) -> str:
    """Under too few reviews: what is not said, so that nobody takes silence for calm."""
    if digest.of(State.DRIFT) or digest.of(State.STABLE):
        return "Nothing is said about wrong answers, neither that there are more nor that there are not."
    return "Nothing is said about drift, neither that there is some nor that there is none."


def cure_words(cure: Cure, zone: tzinfo) -> Words:
    """What is cheaper than retraining and cures more, with why."""
    if cure.change is not None:
        return words(_change(cure.change, cure, zone), f" {_CURES[cure.kind]} Retraining would not cure this.")
    return words(f"{kind_words(cure)}. {_KINDS[cure.kind][1]} Retraining would not cure this.")


def kind_words(cure: Cure) -> str:
    """ "passages beside the point are cited by 22 of 24 wrong answers": what kind of errors a cure is for."""
    return _KINDS[cure.kind][0].format(_counted(cure))


def _change(change: UpstreamChange, cure: Cure, zone: tzinfo) -> Words:
    day = numbers.long_day(change.changed_at, zone)
    if change.kind is Upstream.SOURCE:
        stale, cite = cure.kind is Upstream.INDEX, _verb(cure, "cite")
        then = (
            f", but {_counted(cure)} still {cite} what it said before."
            if stale
            else f", and {_counted(cure)} {cite} it."
        )
        return words("the page ", _slanted(change.name), f" changed on {day}{then}")
    what = {Upstream.INDEX: "the index", Upstream.PROMPT: "the prompt"}.get(change.kind, "the model")
    to = words(" to ", _slanted(change.name)) if change.name.strip() else ()
    return words(f"{what} changed", to, f" on {day}, and {_counted(cure)} came with it.")


def _slanted(text: str) -> Run:
    run = name(text)
    return Run(text=run.text, italic=True, foreign=True)


def _verb(cure: Cure, verb: str) -> str:
    return f"{verb}s" if cure.wrong == 1 else verb


def _counted(cure: Cure) -> str:
    return f"{cure.wrong:,} of {counted(cure.of, 'wrong answer')}"


def grey_words(digest: Digest, zone: tzinfo) -> tuple[Words, ...]:
    """n, hours, method and period, for the grey line."""
    reviewed = f"{digest.reviewed:,} of {counted(digest.outputs, 'answer')} reviewed"
    hours = f", {rates.hours_words(digest.reviewers.minutes * 60)}" if digest.reviewers.minutes else ""
    method = (words("95 % intervals, weighted for the way answers were picked"),)
    return (words(f"{reviewed}{hours}"), *(method if isinstance(digest.rate, Rate) else ()), period_words(digest, zone))


def late_words(options: DigestOptions) -> str:
    """ "weeks 44 to 46 were made late and have no message: /whetstone digest 2026-W44"; empty: none was late."""
    if not options.late:
        return ""
    first, last = map(numbers.week_number, (options.late[0], options.late[-1]))
    which = (
        f"week {first} was made late and has" if first == last else f"weeks {first} to {last} were made late and have"
    )
    return f"{which} no message: {options.command} digest {options.late[0]}"


def period_words(digest: Digest, zone: tzinfo) -> Words:
    """ "16 to 22 Nov, UTC"."""
    return words(f"{numbers.period(digest.current, zone)}, ", name(digest.zone, 40))
