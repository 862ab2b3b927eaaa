"""Direct messages to a lead about a whole route: the risk is not followed, a queue was cut, held answers leave."""

from __future__ import annotations

from slackblocks import Block

from bot.slack.text import counted, escape, one_line, quiet, shortened
from bot.slack.wire import SlackMessage, grey, rendered, said
from reviewers.model import Notice, ProofChange, QueueCut, Signal

NAME_LENGTH = 60
NO_ROUTE = "Answers of no route"


def signal_message(notice: Notice, signal: Signal) -> SlackMessage:
    """The plan became uniform, since the risk may say nothing; or follows the risk again."""
    if signal.trusted:
        lead = "the risk tells wrong answers from right ones again."
        then = "Riskier answers are drawn more often from now on."
    else:
        lead = "the risk says too little to go by."
        then = "Until it does, chance alone draws answers. Rates stay true, but need more reviews to be as exact."
    return _told(notice, lead, then, signal_words(signal))


def signal_words(signal: Signal) -> str:
    """ "The risk puts the wrong answer first in 57 of 100 pairs of a wrong and a right one (48 to 66; …)."."""
    if signal.auroc is None or signal.low is None or signal.high is None:
        return "Too few verdicts to say how well the risk tells wrong answers from right ones."
    low, high = f"{signal.low * 100:.0f}", f"{signal.high * 100:.0f}"
    return (
        f"The risk puts the wrong answer first in {signal.auroc * 100:.0f} of 100 pairs of a wrong and a right one "
        f"({low} to {high}; chance alone 50, worth going by from 60). {counted(signal.reviewed, 'review')}, 7 days."
    )


def cut_message(notice: Notice, cut: QueueCut) -> SlackMessage:
    """More waited than the budget reviews, and the lot closed some."""
    lead = f"{counted(cut.cut, 'answer')} {'is' if cut.cut == 1 else 'are'} not needed any more."
    then = (
        f"{cut.waited:,} waited, and {cut.most:,} may wait at most, so the lot kept {cut.waited - cut.cut:,}. "
        "Raise the budget in the policy, or let it draw fewer."
    )
    return _told(
        notice, lead, then, "What was cut is no verdict and in no dataset; rates know of the cut and stay true."
    )


def release_message(notice: Notice, change: ProofChange) -> SlackMessage:
    """Held answers leave at once by their risk from now on, or no more."""
    allowed = (
        f"at most {_of_100(change.limit)} of 100 of them are wrong, with {change.confidence * 100:.0f} % confidence"
    )
    share, reviews = f"about {change.share * 100:.0f} of 100", counted(change.reviewed, "review")
    if change.began:
        lead = "held answers of low risk leave at once from now on."
        then = f"That is {share}: {allowed}. They are not verified, and may still be drawn."
        return _told(
            notice, lead, then, f"{reviews} of such answers in 4 weeks. It ends where no new proof comes for 4."
        )
    lead = "held answers wait for a person again."
    then = f"Until now {share} left at once. That {allowed}, is not proven any more."
    return _told(notice, lead, then, f"{reviews} in 4 weeks. The figures of the route say what would prove it.")


def _of_100(share: float) -> str:
    return f"{share * 100:.1f}".removesuffix(".0")


def _told(notice: Notice, lead: str, then: str, below: str) -> SlackMessage:
    name = notice.route or NO_ROUTE
    blocks: list[Block] = [said(f"*{quiet(name, NAME_LENGTH)}: {lead}* {then}"), grey(below)]
    text = escape(f"{shortened(one_line(name), NAME_LENGTH)}: {lead} {then} {below}")
    return SlackMessage(text=text, blocks=rendered(blocks, f"told.{notice.kind.value}"))
