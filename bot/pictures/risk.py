"""Pictures of how good a risk is: ranking by source set, what would leave unseen, and what verdicts teach."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from bot.pictures.drawing import BLUE, GREY, LETTERS, LIGHT, figure, png, shares
from bot.pictures.lettering import lettered
from reviewers.decisions.evaluation import Lesson, SetReport
from reviewers.decisions.figures import wilson
from reviewers.decisions.measures import Measured, RiskCoverage

FIRST = 0.02  # of the outputs, where the curve of what leaves unseen begins
NAME_LENGTH = 28  # of a set's name, which is the file's
ROW = 0.42  # inches a line of the picture of sets


def auroc_picture(reports: Sequence[SetReport], mean: Measured | None) -> bytes | None:
    """AUROC of each set as a point with its interval, the best first; their mean as a blue diamond below.

    None where no set has one.
    """
    known = [(one.name, one.auroc) for one in reports if isinstance(one.auroc, Measured) and not one.total]
    known.sort(key=lambda one: -one[1].value)
    rows = [(name, found, False) for name, found in known]
    if mean is not None and len(known) > 1:
        rows.append(("mean", mean, True))
    if not rows:
        return None
    drawn, axes = figure(1.0 + ROW * len(rows))
    axes.axvline(0.5, color=LIGHT, linestyle="--", zorder=0)
    for line, (_, found, special) in enumerate(rows):
        colour = BLUE if special else GREY
        axes.plot([found.low, found.high], [line, line], color=colour, linewidth=2)
        axes.plot([found.value], [line], marker="D" if special else "o", color=colour, markersize=8)
        axes.annotate(
            f"{found.value:.2f}",
            (1.02, line),
            color=colour,
            fontsize=LETTERS,
            va="center_baseline",
            annotation_clip=False,
        )
    labels = [lettered(name, NAME_LENGTH) or "(no name)" for name, _, _ in rows]
    axes.set_yticks(range(len(rows)), labels=labels, parse_math=False)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xlim(min(0.4, *(found.low for _, found, _ in rows)) - 0.02, 1.0)
    axes.set_xlabel("AUROC: .5 is no order, 1 a perfect one", fontsize=LETTERS, color=GREY)
    return png(drawn)


def coverage_picture(found: RiskCoverage) -> bytes:
    """The share of wrong answers among the safest ones, against how many count as safest; dashed: without any order."""
    drawn, axes = figure(4.0)
    top = max(0.1, ceil(10 * float(found.error[found.coverage >= FIRST].max()) + 0.5) / 10)
    axes.axhline(float(found.error[-1]), color=GREY, linestyle="--", linewidth=1.5)
    shown = found.coverage >= FIRST  # of a handful the share that is wrong says nothing
    axes.plot(found.coverage[shown], found.error[shown], color=BLUE, linewidth=2.5)
    axes.set_xlim(0.0, 1.0)
    axes.set_ylim(0.0, min(1.0, top))
    shares(axes, axis="x", ticks=(0.25, 0.5, 0.75, 1.0))
    shares(axes, axis="y", ticks=[step / 10 for step in range(0, round(10 * min(1.0, top)) + 1, 2)])
    axes.set_xlabel("of the answers leave unseen, the safest first", fontsize=LETTERS, color=GREY)
    axes.set_ylabel("of them wrong", fontsize=LETTERS, color=GREY)
    return png(drawn)


def learning_picture(lessons: Sequence[Lesson]) -> bytes | None:
    """AUROC against the number of verdicts learned from: blue what was preferred, grey the detector alone.

    None where nothing could be tested.
    """
    known = [one for one in lessons if isinstance(one.auroc, float) and isinstance(one.alone, float)]
    if not known:
        return None
    drawn, axes = figure(4.0)
    places = range(len(known))
    learned = [one.auroc for one in known if isinstance(one.auroc, float)]
    alone = [one.alone for one in known if isinstance(one.alone, float)]
    axes.plot(places, alone, color=GREY, linewidth=2, linestyle="--")
    axes.plot(places, learned, color=BLUE, linewidth=2.5, marker="D", markersize=7)
    for place, value in zip(places, learned, strict=True):
        if place in (0, len(known) - 1):
            axes.annotate(
                f"{value:.2f}", (place, value), textcoords="offset points", xytext=(0, 10), ha="center",
                color=BLUE, fontsize=LETTERS,
            )  # fmt: skip
    axes.annotate(
        "detector alone", (places[-1], alone[-1]), textcoords="offset points", xytext=(0, -22), ha="right",
        color=GREY, fontsize=LETTERS,
    )  # fmt: skip
    low, high = min(learned + alone), max(learned + alone)
    axes.set_ylim(low - 0.04, high + 0.05)
    axes.set_xticks(places, labels=[str(one.verdicts) for one in known])
    axes.yaxis.set_major_formatter("{x:.2f}")
    axes.set_xlabel("verdicts learned from", fontsize=LETTERS, color=GREY)
    axes.set_ylabel("AUROC", fontsize=LETTERS, color=GREY)
    return png(drawn)


def truth_picture(lessons: Sequence[Lesson]) -> bytes | None:
    """Does the risk mean what it says? The share that was wrong against the risk, for outputs of like risk, in tenths.

    Grey before anything was learned, blue after the most verdicts; on the dashed line the risk is true. Bars are 95 %
    intervals of the share. None where nothing was learned.
    """
    if not lessons or lessons[-1].verdicts == 0:
        return None
    drawn, axes = figure(4.6)
    axes.plot([0.0, 1.0], [0.0, 1.0], color=LIGHT, linestyle="--", zorder=0)
    for bins, colour, mark in ((lessons[0].bins, GREY, "o"), (lessons[-1].bins, BLUE, "D")):
        for one in bins:
            low, high = wilson(one.share, one.effective)
            axes.plot([one.risk, one.risk], [low, high], color=colour, linewidth=1.5)
            axes.plot([one.risk], [one.share], marker=mark, color=colour, markersize=7)
    axes.set_xlim(0.0, 1.0)
    axes.set_ylim(0.0, 1.0)
    shares(axes, axis="x", ticks=(0.25, 0.5, 0.75, 1.0))
    shares(axes, axis="y", ticks=(0.0, 0.25, 0.5, 0.75, 1.0))
    axes.set_xlabel("risk, before (grey) and after", fontsize=LETTERS, color=GREY)
    axes.set_ylabel("of them wrong", fontsize=LETTERS, color=GREY)
    return png(drawn)
