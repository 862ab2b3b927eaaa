"""What the pictures of a digest say, in words: for those who cannot see them, and where one is missing."""

from __future__ import annotations

from collections.abc import Sequence

from bot.slack import rates
from bot.slack.digest import numbers
from bot.slack.digest.findings import capital
from bot.slack.digest.options import Picture
from bot.slack.digest.runs import name
from bot.slack.text import counted, isolated, shortened
from reviewers.model.digest import Digest
from reviewers.model.digest_parts import PartKind, RateLine, Reliability, ReliabilityGroup, WeekRate
from reviewers.model.judgement import Rate
from reviewers.model.missing import Missing

ALT_LENGTH = 2000  # Slack's limit
WEEKS = 8  # shown in a picture
PARTS = 6  # shown in a picture, the largest change first; with its number each has room for two lines

TITLES = {
    Picture.ERROR_RATE: "Wrong answers of 100, by week, with 95 % interval",
    Picture.MOVED: "Change in wrong of 100 since {before}, in points",
    Picture.RELIABILITY: "Risk said and found wrong, of 100",
}


def title_of(picture: Picture, digest: Digest) -> str:
    """What stands above a picture, as real text."""
    return TITLES[picture].format(before=numbers.before_words(digest))


def alt_of(picture: Picture, digest: Digest) -> str:
    """What it shows, with the numbers; empty where there is nothing to draw."""
    if picture is Picture.ERROR_RATE:
        found = _error_rate(digest)
    elif picture is Picture.MOVED:
        found = _moved(shown_parts(digest.lines))
    else:
        found = _reliability(digest.reliability)
    return shortened(found, ALT_LENGTH)


def shown_parts(lines: Sequence[RateLine]) -> tuple[RateLine, ...]:
    """Slices and topics of which both windows know a rate, the largest change first; models only where none is."""
    known = [line for line in lines if line.change is not None]
    parts = [line for line in known if line.part is not PartKind.MODEL] or known
    return tuple(sorted(parts, key=lambda line: (not line.finding, -abs(line.change or 0.0))))[:PARTS]


def _error_rate(digest: Digest) -> str:
    weeks = digest.weeks[-WEEKS:]
    known = [(week, week.rate) for week in weeks if isinstance(week.rate, Rate)]
    if not weeks or isinstance(weeks[-1].rate, Missing):
        return ""
    first, last = weeks[0].week, weeks[-1].week
    said = [f"Wrong answers of 100 by week, W{_number(first)} to W{_number(last)}, with 95 % interval."]
    if earlier := _earlier([pair for pair in known if pair[0] is not weeks[-1]]):
        said.append(earlier)
    rate = weeks[-1].rate
    said.append(f"Week {_number(last)} is {numbers.bare_share(rate)}, from {rates.interval(rate)}.")
    if few := [f"week {_number(week.week)}" for week in weeks if isinstance(week.rate, Missing)]:
        said.append(f"Too few reviews to say: {', '.join(few)}.")
    if digest.target is not None:
        said.append(f"The target is {numbers.points(digest.target)}.")
    return " ".join(said)


def _earlier(known: list[tuple[WeekRate, Rate]]) -> str:
    """ "Weeks 40 to 46 lie between 7 and 9."."""
    if not known:
        return ""
    values = [rate.value for _, rate in known]
    low, high = numbers.points(min(values)), numbers.points(max(values))
    first, last = _number(known[0][0].week), _number(known[-1][0].week)
    weeks = f"Week {first} is" if first == last else f"Weeks {first} to {last} are"
    return f"{weeks} at {low}." if low == high else f"Weeks {first} to {last} lie between {low} and {high}."


def _number(week: str) -> str:
    return numbers.week_number(week)


def _moved(lines: Sequence[RateLine]) -> str:
    if not lines:
        return ""
    said = [f"Change in wrong answers of 100 by {kind_word(lines)} with 95 % intervals."]
    for line in (line for line in lines if line.finding):
        said.append(f"{isolated(capital(name(line.name)).text)} {_change(line)}{_ends(line)}.")
    if calm := [line for line in lines if not line.finding]:
        first, *others = [f"{isolated(name(line.name).text)} {_change(line)}" for line in calm]
        alike = ", ".join([f"{first[:1].upper()}{first[1:]}", *others])
        said.append(f"{alike}: within chance.")
    return " ".join(said)


def kind_word(lines: Sequence[RateLine]) -> str:
    """What the parts are."""
    kinds = {line.part for line in lines}
    if kinds == {PartKind.MODEL}:
        return "model"
    return "topic" if kinds <= {PartKind.SLICE, PartKind.TOPIC} else "part"


def _change(line: RateLine) -> str:
    """ "plus 22", "minus 1", "0": a sign is not always spoken."""
    number = numbers.points(line.change or 0.0, line.low, line.high)
    if not number.strip("0.−"):
        return "0"
    return f"minus {number[1:]}" if number.startswith("−") else f"plus {number}"


def _ends(line: RateLine) -> str:
    if line.low is None or line.high is None:
        return ""
    ends = [numbers.points(end, line.low, line.high).replace("−", "minus ") for end in (line.low, line.high)]
    return f", from {ends[0]} to {ends[1]}"


def _reliability(found: Reliability | Missing) -> str:
    if isinstance(found, Missing) or not found.groups:
        return ""
    groups = counted(len(found.groups), "group")
    touch = [group for group in found.groups if group.low <= group.said <= group.high]
    all_of = "All" if len(touch) == len(found.groups) else f"{len(touch)} of {len(found.groups)}"
    chosen = telling_group(found)
    which = "the highest group is" if chosen is found.groups[-1] else "one group is"
    return (
        f"Predicted risk against the share found wrong, of 100, {groups}. {all_of} intervals touch the diagonal; "
        f"{which} predicted {numbers.points(chosen.said)}, found {numbers.points(chosen.found)}, from "
        f"{numbers.points(chosen.low)} to {numbers.points(chosen.high)}."
    )


def telling_group(found: Reliability) -> ReliabilityGroup:
    """The highest group; where risk does not mean what it says, the one that is furthest from it."""
    if found.within_chance:
        return found.groups[-1]
    return max(found.groups, key=lambda group: max(group.low - group.said, group.said - group.high))
