"""The answer to `/whetstone stats`: the error rate of a route with its interval, and what is said beside it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from slackblocks import Block

from bot.slack import clock, rates
from bot.slack.cards.options import CardOptions
from bot.slack.ids import ActionId
from bot.slack.text import counted, escape, mention, one_line, quiet, quoted, shortened
from bot.slack.usage import Mistaken
from bot.slack.values import StatsValue
from bot.slack.wire import SlackMessage, button, grey, rendered, row, said, table
from reviewers.decisions.error_rates import RATE_NEEDS, Line
from reviewers.decisions.figures import Difference
from reviewers.decisions.too_few import TooFew
from reviewers.workflow.judgement import DEFAULT_DAYS, MOST_DAYS, OWN_ROUTE, Stats

WEEKS = 6  # rows of the table; with what stands below them and the heading it stays readable on a phone
FINDINGS = 4  # slices that differ from the rest
TOO_FEW = 2  # slices of which nothing can be said
SLICES = FINDINGS + TOO_FEW  # in all; what these two leave goes to the most reviewed of the others
VERSIONS = 5  # of models
NAME_LENGTH = 60
TEXT_LENGTH = 3000  # of the fallback text (surfaces, section 0); what has no room in it stands in the table
ROUTES_NAMED = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class StatsQuestion:
    """What was asked for."""

    route: str = ""  # the route's own spelling, or OWN_ROUTE; empty: all routes
    days: int = DEFAULT_DAYS


class Labelled(NamedTuple):
    """A row of the table."""

    label: str  # "Week 47", or the route, slice or model, and whether it differs
    line: Line


def understood(argument: str, routes: Sequence[str], *, days: bool = True) -> StatsQuestion:
    """Read "[route] [days]", or "[route]" alone; a route's name may have blanks and figures in it.

    The whole is a route's name, else all but the last word is and that one is the days; only then the beginning of
    exactly one name counts. Where days are read, so is the name of the policy's own route, in whole. Raises Mistaken.
    """
    names = [*routes, OWN_ROUTE] if days else routes
    words = argument.split()
    if not words:
        return StatsQuestion()
    splits = [(" ".join(words), "")]
    if days and words[-1].isdecimal():
        splits.append((" ".join(words[:-1]), words[-1]))
    for name, number in splits:
        found = [route for route in names if _same(route, name)]
        if found or not name:
            return StatsQuestion(route=found[0] if found else "", days=_days(number))
    for name, number in splits:
        found = [route for route in routes if _folded(route).startswith(_folded(name))]
        if len(found) == 1:
            return StatsQuestion(route=found[0], days=_days(number))
    if days and any(_folded(argument).startswith(f"{_folded(route)} ") for route in names):
        raise Mistaken("How many days?")
    named = shortened(", ".join(one_line(route) for route in routes[:ROUTES_NAMED]), 160)
    known = f"Routes: {named}." if named else "There are no routes yet."
    raise Mistaken(f"There is no route {quoted(shortened(one_line(splits[-1][0]), NAME_LENGTH))}.", known)


def stats_message(stats: Stats, *, display: CardOptions, question: StatsQuestion, shown_by: str = "") -> SlackMessage:
    """Draw it.

    Args:
        stats: the figures.
        display: with the time zone that the weeks begin in.
        question: what was asked, which the button carries.
        shown_by: whoever shows it in the channel; empty: only the person who asked sees it.
    """
    name = one_line(stats.route) or "All routes"
    blocks: list[Block] = [said(_title(stats, quiet(name, NAME_LENGTH)))]
    lines = list(_lines(stats))
    methods = rates.RowMethods.of(stats.rate, [line.rate for _, line in lines])
    if lines:
        rows = [[label, methods.cell(line.rate), f"{line.reviewed:,}"] for label, line in lines]
        blocks.append(table([["", "Wrong of 100", "Reviewed"], *rows]))
    by = f"  ·  shown by {mention(shown_by)}" if shown_by else ""
    blocks.append(grey(f"{_grey(stats, methods, display)}{by}"))
    promised = list(_guarantee(stats))
    if promised:
        blocks.append(said(f"*Without review.* {' '.join(promised)}"))
    beside = list(_beside(stats))
    if beside:
        blocks.append(grey(" ".join(beside)))
    if not shown_by:
        value = StatsValue(route=question.route, days=question.days).to_json()
        blocks.append(
            row("stats", [button("Show in channel", ActionId.SHOW_STATS, value, "Show these numbers in the channel")])
        )
    below = [*(f"{note}." for note in methods.notes()), *promised, *beside]
    said_rows = [f"{label}: {methods.cell(line.rate)}." for label, line in lines]
    return SlackMessage(text=_spoken(stats, name, said_rows, below, display), blocks=rendered(blocks, "stats"))


def _lines(stats: Stats) -> Iterator[Labelled]:
    """The rows: weeks, routes, some of the slices, models."""
    yield from (Labelled(_label(line, _week(line)), line) for line in stats.weeks[:WEEKS])
    yield from (Labelled(_label(line, _short(line, OWN_ROUTE)), line) for line in stats.routes[:ROUTES_NAMED])
    yield from (Labelled(_label(line, _short(line, "No slice named")), line) for line in _slices(stats.slices))
    yield from (Labelled(_label(line, _short(line, "No model named")), line) for line in stats.versions[:VERSIONS])


def _slices(slices: Sequence[Line]) -> list[Line]:
    """Those that differ from the rest, the most reviewed of the others, and some of which nothing can be said."""
    thin = [line for line in slices if isinstance(line.rate, TooFew)][:TOO_FEW]
    found = [line for line in slices if line.finding][:FINDINGS]
    others = [line for line in slices if line not in found and not isinstance(line.rate, TooFew)]
    return [*found, *others[: SLICES - len(found) - len(thin)], *thin]


def _guarantee(stats: Stats) -> Iterator[str]:
    judged = stats.judgement
    if judged is not None and judged.guarantee is not None:
        yield from rates.guarantee_sentences(
            judged.guarantee,
            judged.proof,
            stats.seconds_a_review,
            tested_at=judged.tested_at,
            others_until=judged.others_until,
        )


def _beside(stats: Stats) -> Iterator[str]:
    """What the marks do, how far reviewers agree, how often they are right, how well the risk ranks.

    Of what too little tells, what is there and what is needed.
    """
    few: list[str] = []
    if isinstance(stats.anchoring, Difference):
        yield rates.marks_sentence(stats.anchoring)
    elif stats.anchoring.found:  # without any, marks are not drawn here
        few.append(f"what the machine's marks do ({_missing(stats.anchoring)} answers with them, or without)")
    if isinstance(stats.agreement, TooFew):
        few.append(f"how far reviewers agree ({_missing(stats.agreement)} answers that several judged)")
    else:
        yield rates.agreement_sentence(stats.agreement)
    if isinstance(stats.errors, TooFew):
        checked = "verdicts with a second opinion or a known answer"
        few.append(f"how often decisions are right ({_missing(stats.errors)} {checked})")
    else:
        yield rates.errors_sentence(stats.errors, (stats.until - stats.since).days)
    if isinstance(stats.signal, TooFew) and not stats.drawn_evenly:
        ranked = stats.signal.of.replace("outputs", "answers")
        few.append(f"how well the risk ranks ({_missing(stats.signal)} {ranked})")
    else:
        yield rates.signal_sentence(stats.signal, drawn_evenly=stats.drawn_evenly)
    if few:
        yield f"Too few to say: {', '.join(few)}."


def _missing(few: TooFew) -> str:
    return f"{few.found} of {few.needed}"


def _same(route: str, name: str) -> bool:
    return bool(name) and _folded(route) == _folded(name)


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def _days(word: str) -> int:
    if not word:
        return DEFAULT_DAYS
    if len(word) > len(str(MOST_DAYS)) or not 1 <= int(word) <= MOST_DAYS:
        raise Mistaken("How many days?", f"From 1 to {MOST_DAYS}.")
    return int(word)


def _title(stats: Stats, name: str) -> str:
    rate = stats.rate
    if isinstance(rate, TooFew):
        return f"*{name}: too few {rate.of} to say.* {_too_few(rate, stats)}"
    return f"*{name}: {rates.share(rate)} answers wrong* ({rates.interval(rate)})"


def _too_few(rate: TooFew, stats: Stats) -> str:
    if not stats.outputs:
        return "No answers came in."
    are = "is" if stats.reviewed == 1 else "are"
    points = " (±10 points)" if rate.needed == RATE_NEEDS else ""  # so many reviews know a rate so well
    return (
        f"{stats.reviewed:,} of {counted(stats.outputs, 'answer')} {are} reviewed{rates.needs(rate, stats.reviewed)} "
        f"before a rate means something{points}."
    )


def _week(line: Line) -> str:
    """ "Week 47" of "2026-W47"."""
    number = line.name.partition("-W")[2]
    return f"Week {int(number)}" if number.isdecimal() else _short(line, "No week named")


def _short(line: Line, nameless: str) -> str:
    return shortened(one_line(line.name), NAME_LENGTH) or nameless


def _label(line: Line, name: str) -> str:
    return f"{name} (differs from the rest)" if line.finding else name


def _grey(stats: Stats, methods: rates.RowMethods, display: CardOptions) -> str:
    parts = [f"{_period(stats, display)}, {quiet(str(display.zone), 40)}"]
    if not isinstance(stats.rate, TooFew):
        parts += [f"{stats.rate.reviewed:,} of {stats.rate.speaks_for:,} reviewed", rates.method(stats.rate)]
    parts += methods.notes()
    if len(stats.weeks) > WEEKS:
        parts.append(f"{counted(len(stats.weeks) - WEEKS, 'earlier week')} not in the table")
    hidden = len(stats.slices) - len(_slices(stats.slices))
    if hidden:
        parts.append(f"{counted(hidden, 'slice')} not in the table")
    return "  ·  ".join(parts)


def _period(stats: Stats, display: CardOptions) -> str:
    return clock.period(stats.since.astimezone(display.zone).date(), stats.until.astimezone(display.zone).date())


def _spoken(stats: Stats, name: str, rows: Sequence[str], told_below: Sequence[str], display: CardOptions) -> str:
    rate = stats.rate
    if isinstance(rate, TooFew):
        told = f"too few {rate.of} to say. {_too_few(rate, stats)}"
    else:
        told = f"{rates.share(rate)} answers wrong ({rates.interval(rate)}), "
        told += f"{rate.reviewed:,} of {rate.speaks_for:,} reviewed, {rates.method(rate)}."
    head = escape(f"{shortened(name, NAME_LENGTH)}, {_period(stats, display)}: {told}")
    tail = [escape(sentence) for sentence in told_below]
    room = TEXT_LENGTH - len(" ".join([head, *tail]))
    fitting: list[str] = []
    for spoken in map(escape, rows):
        room -= len(spoken) + 1
        if room < 0:
            break
        fitting.append(spoken)
    return " ".join([head, *fitting, *tail])
