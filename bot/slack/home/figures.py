"""How well people decide, in words: for the person on their own Home, and for the leads what they may hear.

A sign is no verdict on a person: it says what was seen and how sure that is, and never ranks anybody.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from slackblocks import Block

from bot.slack import rates
from bot.slack.home.words import Row, title_quiet
from bot.slack.ids import ActionId
from bot.slack.text import counted, mention
from bot.slack.values import ButtonValue
from bot.slack.wire import button, columns, grey, header, line, said
from reviewers.decisions.agreement import AllAlike, Alpha
from reviewers.decisions.conduct import LEAST_SECONDS, OF_VERDICTS, SECONDS_A_WORD, Ratio, Share, Sign
from reviewers.decisions.estimate_inputs import Beta
from reviewers.decisions.fatigue import STEP, Slope
from reviewers.decisions.own_figures import Concern, OwnFigures
from reviewers.decisions.reviewer_errors import interval
from reviewers.decisions.too_few import TooFew
from reviewers.model import Outcome, TaskView

PEOPLE = 5  # rows of reviewers
MODEL = "Dawid and Skene's model"
LARGE = 100.0  # times; beyond it an upper end only says that it is not known
_DECIDED = {Outcome.APPROVED: "approved", Outcome.EDITED: "edited", Outcome.REJECTED: "rejected"}


@dataclass(frozen=True, kw_only=True, slots=True)
class ReviewersPart:
    """What a lead sees of how well the reviewers of their routes decide."""

    agreement: Alpha | AllAlike | TooFew
    concerns: Sequence[Concern] = ()
    against: int = 0  # outputs of a week whose second looks stand against what was decided
    disagreeing: Sequence[TaskView] = ()  # the newest of them


def own_figures_blocks(figures: OwnFigures) -> Iterator[Block]:
    """A person's own quality, shown to that person first; nothing where nothing was checked yet."""
    fields = [*_share("Finds wrong answers", figures.sensitivity), *_share("Passes right answers", figures.specificity)]
    told = [words for sign in Sign if sign in figures.signs for words in own_words(sign, figures)]
    if not fields and not told:
        return
    yield header("Your last 4 weeks")
    if fields:
        yield columns(fields)
        yield grey(_basis(figures))
    for words in told:
        yield said(words)
    if told:
        leads = "A lead hears of it once it has stood here for a week. " if figures.signs & OF_VERDICTS else ""
        yield grey(f"{leads}Of speed, sources and breaks only you hear.")


def reviewers_blocks(part: ReviewersPart) -> Iterator[Block]:
    """Agreement, decisions that second looks stand against, and what a lead may hear of single people."""
    agrees = rates.agreement_sentence(part.agreement)
    concerns = [words for one in part.concerns[:PEOPLE] for words in lead_words(one)]
    if not (agrees or part.against or concerns):
        return
    yield line()
    yield header("Reviewers")
    if agrees:
        yield said(agrees)
    if part.against:
        verb = "disagrees" if part.against == 1 else "disagree"
        yield said(f"*{counted(part.against, 'second look')} {verb}* with what was decided, in 7 days.")
        for view in part.disagreeing:
            yield _against(view)
        if part.against > len(part.disagreeing):
            yield grey(f"{part.against - len(part.disagreeing)} more")
    for words in concerns:
        yield said(words)
    if concerns:
        yield grey("This has stood on their own Home for a week. Talk before anything else.")


def own_words(sign: Sign, figures: OwnFigures) -> Iterator[str]:
    """What stands out, said to the person."""
    seen = figures.conduct
    if sign is Sign.FINDS_LITTLE and isinstance(seen.finds, Ratio):
        yield f"*You find little.* {_found('You', seen.finds, figures)}"
    if sign is Sign.MISSES and isinstance(seen.sensitivity, Beta):
        yield f"*You may miss much.* {_finds('You find', seen.sensitivity, figures)}"
    if sign is Sign.HASTE and isinstance(seen.hasty, Share):
        yield (
            f"*Fast.* {seen.hasty.count} of your {seen.hasty.of} timed verdicts came sooner than the answer can be "
            f"read ({LEAST_SECONDS:.0f} s, or {SECONDS_A_WORD:.2f} s a word)."
        )
    if sign is Sign.UNOPENED and isinstance(seen.unopened, int):
        yield f"*Sources.* You opened Check claims for none of your last {seen.unopened} doubtful answers."
    if sign is Sign.TIRES and isinstance(seen.tires, Slope):
        yield f"*Breaks help.* With each {STEP} answers in a row the odds that you misjudge a known one grow " + (
            f"{seen.tires.value:.1f} times ({seen.tires.low:.1f} to {seen.tires.high:.1f})."
            if seen.tires.high < LARGE
            else f"at least {seen.tires.low:.1f} times."
        )


def lead_words(concern: Concern) -> Iterator[str]:
    """What stands out, said to a lead."""
    seen, who = concern.figures.conduct, mention(concern.reviewer)
    if concern.sign is Sign.FINDS_LITTLE and isinstance(seen.finds, Ratio):
        yield f"*{who} finds little.* {_found('They', seen.finds, concern.figures)}"
    if concern.sign is Sign.MISSES and isinstance(seen.sensitivity, Beta):
        yield f"*{who} may miss much.* {_finds('They find', seen.sensitivity, concern.figures)}"


def _found(who: str, ratio: Ratio, figures: OwnFigures) -> str:
    return (
        f"{who} found {counted(ratio.found, 'wrong answer')} in 4 weeks, where colleagues would have found about "
        f"{ratio.expected:.0f} at the same risk on the same routes: {ratio.value * 100:.0f} % of that (95 % interval "
        f"{ratio.low * 100:.0f} to {ratio.high * 100:.0f}, Fay's for standardised rates; "
        f"{counted(figures.compared, 'verdict')})."
    )


def _finds(who: str, share: Beta, figures: OwnFigures) -> str:
    low, high = interval(share)
    return (
        f"{who} about {share.mean * 100:.0f} of 100 wrong answers (95 % interval {low * 100:.0f} to {high * 100:.0f}, "
        f"{MODEL}, {counted(figures.shared, 'checked verdict')}, 4 weeks)."
    )


def _basis(figures: OwnFigures) -> str:
    """What the shares rest on: a check by a person may err too, so what all is worth in known answers is told."""
    return (
        f"{MODEL}, 95 % interval in brackets. Second looks and known answers check {figures.shared:,} of "
        f"{counted(figures.verdicts, 'verdict')}, which tells as much as {int(figures.wrong_checked):,} wrong and "
        f"{int(figures.right_checked):,} right known answers."
    )


def _share(name: str, share: Beta | TooFew) -> Iterator[str]:
    """A field; none where nothing was checked at all."""
    if isinstance(share, Beta):
        yield f"*{name}*\n{_of_hundred(share)}"
    elif share.found:
        yield f"*{name}*\n{rates.few(share)}"


def _of_hundred(share: Beta) -> str:
    low, high = interval(share)
    return f"{share.mean * 100:.0f} of 100 ({low * 100:.0f} to {high * 100:.0f})"


def _against(view: TaskView) -> Block:
    """The decision, and that somebody who judged it blindly says otherwise; whoever that was is not told."""
    task, resolution = view.task, view.resolution
    was = _DECIDED.get(resolution.outcome, "decided") if resolution else "decided"
    found = "wrong" if resolution and resolution.outcome is Outcome.APPROVED else "right"
    value = ButtonValue(task_id=task.task_id).to_json()
    drawn = said(
        f"{title_quiet(Row(views=(view,)))}\n{was}, a second look found it {found}  ·  #{task.number}",
        button("Check claims", ActionId.CHECK, value, f"Check the claims of answer {task.number}"),
    )
    drawn.block_id = f"row_against_{task.task_id}"
    return drawn
