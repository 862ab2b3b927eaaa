"""What is told of a digest once people asked to leave some of it out: the rest, from its first line on. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.slack.digest.options import DigestOptions
from reviewers.model.digest import Aspect, Digest, Finding, Headline, State
from reviewers.model.digest_parts import RateLine

ABOUT_WRONG = (Aspect.WRONG, Aspect.SOURCE)  # what a first line on wrong answers rests on
STILL = (Headline.NOTHING_MOVED, Headline.TOO_FEW, Headline.NO_TRAFFIC)


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    """A digest without what is left out of it."""

    digest: Digest  # its headline is of what is left; no cure, picture or bar tells what is left out
    left_out: int = 0  # how many findings that moved
    compares: bool = True  # whether all wrong answers are held against those before: not where it is left out that some
    # moved, for neither "as before" nor more of them is what people asked to hear

    @property
    def nothing_else(self) -> bool:
        """Whether all that moved is left out, and enough was reviewed to say that nothing else did."""
        return self.left_out > 0 and self.digest.headline is Headline.NOTHING_MOVED


def heard(digest: Digest, options: DigestOptions) -> Heard:
    """The digest as the people who asked to leave something out hear it.

    Where something about wrong answers is left out and what is left is no rise of them, the cure goes with it. Where
    nothing about them is left of what moved, so do the rates by week and by part; else the rates of those parts alone.
    The thread and the files' details are told of the whole digest.

    Args:
        digest: what the week came to.
        options: with what people asked to leave out.
    """
    kept = options.shown(digest.findings)
    moved = [one for one in kept if one.state is State.DRIFT]
    gone = [one for one in digest.of(State.DRIFT) if one not in moved]
    if not gone:
        return Heard(digest=digest)
    wrong = [one for one in gone if one.aspect in ABOUT_WRONG]
    silent = bool(wrong) and not any(one.aspect in ABOUT_WRONG for one in moved)
    timed = any(one.aspect is Aspect.LATENCY for one in gone)
    first = digest.headline if digest.headline in STILL else _headline(digest, kept)
    rest = replace(
        digest,
        headline=first,
        findings=kept,
        cure=None if wrong and first is not Headline.MORE_WRONG else digest.cure,
        weeks=() if silent else digest.weeks,
        lines=() if silent else tuple(line for line in digest.lines if not any(_of(line, one) for one in wrong)),
        latency=() if timed else digest.latency,
    )
    return Heard(digest=rest, left_out=len(gone), compares=not wrong)


def _headline(digest: Digest, findings: tuple[Finding, ...]) -> Headline:
    from reviewers.decisions.findings import headline  # brings sklearn, which only a digest with less to tell needs

    return headline(findings, outputs=digest.outputs, reviewed=digest.reviewed)


def _of(line: RateLine, finding: Finding) -> bool:
    return finding.aspect is Aspect.WRONG and (line.part, line.name) == (finding.part, finding.name)
