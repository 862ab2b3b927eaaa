"""Pictures and native bars as blocks. What has an interval is a picture, since Slack's own charts cannot draw one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from slackblocks import (
    AxisConfig,
    BarChart,
    Block,
    DataPoint,
    DataSeries,
    DataVisualizationBlock,
    ImageBlock,
    PlainText,
    SlackFile,
)

from bot.slack.cutting import cut, size
from bot.slack.digest import numbers
from bot.slack.digest.alt import alt_of, kind_word, shown_parts, title_of
from bot.slack.digest.findings import capital
from bot.slack.digest.options import DigestOptions, Picture
from bot.slack.digest.runs import name
from bot.slack.text import quiet
from bot.slack.wire import grey
from reviewers.model.digest import Digest
from reviewers.model.digest_parts import PartKind, RateLine
from reviewers.model.judgement import Rate

LABEL_LENGTH = 20  # Slack's limit for a category
BARS_LEAST = 2  # of one part alone the sentence says as much


def picture_blocks(picture: Picture, digest: Digest, options: DigestOptions) -> Iterator[Block]:
    """The picture with its title; what it says in words where its file is missing; nothing where nothing is drawn."""
    alt = alt_of(picture, digest)
    if not alt:
        return
    file = options.files.get(picture, "")
    if not file:
        yield grey(quiet(alt))
        return
    title = PlainText(title_of(picture, digest))
    yield ImageBlock(slack_file=SlackFile(url=None, id=file), alt_text=alt, title=title, block_id="-")


def bars(digest: Digest) -> Iterator[Block]:
    """Wrong of 100 by topic, this week beside the weeks before, as Slack's own bars: at most six, none of too few."""
    lines = [line for line in shown_parts(digest.lines) if line.part is not PartKind.MODEL]
    pairs = [(line, line.rate, line.before) for line in lines]
    known = [(line, now, before) for line, now, before in pairs if isinstance(now, Rate) and isinstance(before, Rate)]
    if len(known) < BARS_LEAST:
        return
    labels = _labels([line for line, _, _ in known])
    week, earlier = f"Week {numbers.week_number(digest.week)}", _earlier(digest)
    series = [_series(week, labels, [now for _, now, _ in known]), _series(earlier, labels, [b for _, _, b in known])]
    word = kind_word([line for line, _, _ in known])
    axes = AxisConfig(labels, x_label=word.capitalize(), y_label="Wrong of 100")
    yield DataVisualizationBlock(f"Wrong of 100, by {word}", BarChart(series, axes), block_id="-")


def _earlier(digest: Digest) -> str:
    """ "4 weeks before"."""
    return numbers.before_words(digest).removeprefix("the ").replace("week before", "Week before")


def _series(title: str, labels: Sequence[str], values: Sequence[Rate]) -> DataSeries:
    points = [DataPoint(label, round(rate.value * 100)) for label, rate in zip(labels, values, strict=True)]
    return DataSeries(title, points)


def _labels(lines: Sequence[RateLine]) -> list[str]:
    """Names short enough for an axis, and no two alike."""
    found: list[str] = []
    for line in lines:
        whole = capital(name(line.name)).text
        label = whole if size(whole) <= LABEL_LENGTH else f"{cut(whole, LABEL_LENGTH - 2).shown.rstrip()} …"
        if label in found:
            number = f" ({found.count(label) + len(found)})"
            label = f"{cut(label, LABEL_LENGTH - len(number)).shown.rstrip()}{number}"
        found.append(label)
    return found
