"""An edit's difference as Slack shows it: struck words go out, bold ones come in, the rest is left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from slackblocks import RichText

from bot.slack.cutting import cut, sentence_ends
from bot.slack.text import counted, one_line, quoted, shortened, visible
from bot.slack.wire import bold, plain, struck
from reviewers.decisions.difference import Change, Difference, Piece, Side

WORDS_LENGTH = 120  # of a change in words
CONTEXT_LENGTH = 160  # of an unchanged sentence beside a change


@dataclass(frozen=True, kw_only=True, slots=True)
class DrawnDifference:
    """A difference in the quote bar, and how many of its changes did not fit."""

    elements: list[RichText]
    unshown: int


def drawn(difference: Difference, *, characters: int, changes: int) -> DrawnDifference:
    """The changed sentences, at most `characters` of them; of a longer difference the first `changes` changes.

    One change alone may be longer than that: then its own words are cut.
    """
    groups = list(_groups(difference.pieces))
    total = len(groups)
    shown = groups
    if sum(_length(group) for group in groups) > characters:
        shown = groups[:changes]
        while len(shown) > 1 and sum(_length(group) for group in shown) > characters:
            shown = shown[:-1]
    room = max(80, characters // max(1, 2 * len(shown)))
    elements = [element for piece in _with_gaps(shown) for element in _element(piece, room)]
    return DrawnDifference(elements=_spaced(elements), unshown=total - len(shown))


def in_words(changes: Sequence[Change], limit: int | None = None) -> list[str]:
    """ "“2.00” becomes “3.50”", one entry a change: a screen reader does not speak strike-through."""
    return [change_words(change) for change in islice(changes, limit)]


def change_words(change: Change, *, past: bool = False) -> str:
    """One change in a sentence."""
    before, after = (shortened(one_line(side), WORDS_LENGTH) for side in (change.before, change.after))
    if not before and not after:
        return _blanks(change, past=past)
    if before and after:
        return f"{quoted(before)} {'became' if past else 'becomes'} {quoted(after)}"
    if before:
        return f"{quoted(before)} {'went' if past else 'goes'} out"
    return f"{quoted(after)} {'came' if past else 'comes'} in"


def _blanks(change: Change, *, past: bool) -> str:
    lines = change.after.count("\n") - change.before.count("\n")
    if lines:
        verb = ("came" if past else "comes") if lines > 0 else ("went" if past else "goes")
        verb = verb.removesuffix("s") if abs(lines) > 1 and not past else verb
        return f"{counted(abs(lines), 'line break')} {verb} {'in' if lines > 0 else 'out'}"
    if visible(change.before) == visible(change.after):
        return f"hidden characters {'changed' if past else 'change'}"
    return f"blanks {'changed' if past else 'change'}"


def summary(difference: Difference) -> str:
    """ "3 changes", or "Rewritten"."""
    return "Rewritten" if difference.rewritten else counted(len(difference.changes), "change")


def _groups(pieces: Sequence[Piece]) -> Iterator[list[Piece]]:
    """One group a change: the end of the sentence before it, the change, the rest of its sentence."""
    group: list[Piece] = []
    for place, piece in enumerate(pieces):
        if piece.side is not Side.BOTH:
            group.append(piece)
            continue
        before, after = _context(piece.text, first=place == 0, last=place == len(pieces) - 1)
        if group:
            yield [*group, Piece(side=Side.BOTH, text=before)] if before else group
        group = [Piece(side=Side.BOTH, text=after)] if after else []
    if any(piece.side is not Side.BOTH for piece in group):
        yield group


def _context(kept: str, *, first: bool, last: bool) -> tuple[str, str]:
    """Of unchanged words between two changes: what belongs to the one before, and what to the one after."""
    ends = sentence_ends(kept)
    if len(ends) <= 1 and not first and not last and len(kept) <= 2 * CONTEXT_LENGTH:
        return kept, ""
    head = "" if first else kept[: ends[0]]
    tail = "" if last else kept[_start_of_last_sentence(kept, ends) :]
    if len(head) > CONTEXT_LENGTH:
        head = cut(head, CONTEXT_LENGTH).shown
    if len(tail) > CONTEXT_LENGTH:
        tail = tail[-CONTEXT_LENGTH:].partition(" ")[2] or tail[-CONTEXT_LENGTH:]
    return head, tail


def _start_of_last_sentence(kept: str, ends: list[int]) -> int:
    inner = [end for end in ends if end < len(kept)]
    return inner[-1] if inner else 0


def _with_gaps(groups: Sequence[list[Piece]]) -> Iterator[Piece]:
    for place, group in enumerate(groups):
        if place and _leaves_out(groups[place - 1], group):
            yield Piece(side=Side.BOTH, text=" …" if group[0].text[:1].isspace() else " … ")
        yield from group


def _leaves_out(before: list[Piece], after: list[Piece]) -> bool:
    return before[-1].side is not Side.BOTH or before[-1].text[-1:] in ".!?。！？" or after[0].side is Side.BOTH


def _element(piece: Piece, room: int) -> Iterator[RichText]:
    words = visible(piece.text)
    if piece.side is Side.BOTH:
        yield plain(words)
        return
    if len(words) > room:
        rest = counted(len(words) - len(cut(words, room).shown), "more character")
        words = f"{cut(words, room).shown} … ({rest})"
    yield struck(words) if piece.side is Side.OUT else bold(words)


def _spaced(elements: list[RichText]) -> list[RichText]:
    """A blank between what goes out and what comes in, which stand in no text side by side."""
    spaced: list[RichText] = []
    for element in elements:
        before = spaced[-1] if spaced else None
        if before is not None and before.strike and element.bold and not before.text[-1:].isspace():
            spaced.append(plain(" "))
        spaced.append(element)
    return spaced


def _length(group: list[Piece]) -> int:
    return sum(len(piece.text) for piece in group)
