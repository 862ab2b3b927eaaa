"""What a digest shows that it does not know itself: time zone, uploaded pictures, what people asked to leave out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from enum import StrEnum

from reviewers.model.digest import Aspect, Finding
from reviewers.model.digest_parts import PartKind


class Picture(StrEnum):
    """The pictures of a digest; the value is the name of the file, without its ending."""

    ERROR_RATE = "error-rate"  # wrong answers by week, with intervals
    MOVED = "what-moved"  # change of each part, with intervals
    RELIABILITY = "reliability"  # risk said and found wrong


@dataclass(frozen=True, kw_only=True, slots=True)
class Muted:
    """A finding that is not told again, since somebody knows it already or finds it not important."""

    aspect: Aspect
    part: PartKind = PartKind.ALL
    name: str = ""  # of the part; empty: all outputs

    def covers(self, finding: Finding) -> bool:
        """Whether it is this finding."""
        return (finding.aspect, finding.part, finding.name) == (self.aspect, self.part, self.name)


@dataclass(frozen=True, kw_only=True, slots=True)
class DigestOptions:
    """How one digest is drawn."""

    zone: tzinfo  # the digest's own, in which its weeks begin
    files: Mapping[Picture, str] = field(default_factory=dict)  # Slack's ids of the pictures; one that is missing is
    # told in words, and a message is never held up by it
    native_bars: bool = True  # plain comparisons as Slack's own bars; false where the workspace refuses them
    short: bool = False  # people found it too long: sentence, cure and buttons, the rest in the thread
    threaded: bool = True  # its details stand in its thread; False: an answer to one person, which has none
    muted: tuple[Muted, ...] = ()
    late: tuple[str, ...] = ()  # weeks before it that were made after a break, and are told by no message
    guide: str = ""  # address behind "how to read this"; empty: there is none
    command: str = ""  # such as "/whetstone", named in the fallback text as the way by keyboard; empty: none

    def shown(self, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
        """Those that nobody asked to leave out."""
        return tuple(one for one in findings if not any(muted.covers(one) for muted in self.muted))
