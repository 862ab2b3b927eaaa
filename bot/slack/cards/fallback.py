"""The text of a card: the whole decision in plain words, for screen readers and notifications.

The first 100 characters are the notification. No symbols and no markup stand in it; untrusted parts are one line each,
and the whole is escaped, since Slack reads this text as mrkdwn.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.slack import clock
from bot.slack.cards.answer import ShownAnswer
from bot.slack.cards.drawing import OpenCard, is_waited_for
from bot.slack.cards.evidence import Evidence
from bot.slack.cards.options import CardOptions
from bot.slack.cards.parts import question_words, risk_words, votes_in, votes_needed
from bot.slack.cards.reopened import taken_back
from bot.slack.cards.source_changed import changed_spoken
from bot.slack.cutting import cut, size
from bot.slack.ids import Show
from bot.slack.text import counted, escape, isolated, one_line, shortened
from reviewers.model import ClaimReading, OnTimeout, Reading, TaskView

TEXT_LENGTH = 3000
NAMED_CLAIMS = 8  # claims outside the shown part that are named one by one

_STATES = {
    Reading.SUPPORTED: "supported",
    Reading.UNCLEAR: "unclear",
    Reading.CONTRADICTED: "contradicted",
    Reading.NO_SOURCE: "no source",
}


def fitted(before: str, middle: str, after: str) -> str:
    """Escape and join; when that is too long for Slack, the middle is cut."""
    whole = escape(f"{before}{middle}{after}")
    room = len(middle)
    while size(whole) > TEXT_LENGTH and room > 40:
        room = room * 3 // 4
        whole = escape(f"{before}{cut(middle, room, sentence=True).shown} …{after}")
    return whole if size(whole) <= TEXT_LENGTH else escape(cut(f"{before}{after}", TEXT_LENGTH // 6).shown)


def open_text(card: OpenCard) -> str:
    """What is asked, the question, the answer with each claim's state, until when, and how to act."""
    view, options, answer = card.view, card.options, card.answer
    before = f"{_asked(card)}“{isolated(one_line(question_words(view.output)))}” "
    before += "Answer begins: " if answer.is_cut else "Answer: "
    after = [*([changed] if (changed := changed_spoken(view)) else []), *claims_apart(card), "Not verified."]
    if card.show is Show.ALL:
        after.append(f"Risk {risk_words(card.evidence.risk)}.")
    if view.task.due_at and not view.task.hold:
        after.append(f"Due {clock.words(view.task.due_at, options.zone, seen_on=view.task.created_at)}.")
    after.append(_how_to_act(answer, options))
    return fitted(before, answer_words(card), " " + " ".join(after))


def answer_words(card: OpenCard) -> str:
    """The answer with the number of every claim, and its state where that may be shown."""
    return answer_with_states(card.answer.text, card.evidence, blind=card.blind) or "(empty)"


def claims_apart(card: OpenCard) -> list[str]:
    """What the machine says beside the answer's own text; nothing of it on a blind card."""
    return [] if card.blind else _summary(card.evidence, card.answer)


def _asked(card: OpenCard) -> str:
    """What is wanted from the reader, in the notification's first words."""
    view, options, answer = card.view, card.options, card.answer
    name = f"Review {view.task.number}"
    details = ["blind"] if card.blind else []
    if view.change is not None:
        details.append("approved before its source changed")
    if taken_back(view):
        details.append("open again")
    if votes := votes_in(view):
        details.append(f"{len(votes)} of {votes_needed(view)} verdicts in")
    if view.task.handed_on_by:
        details.append(f"handed on by {options.name(view.task.handed_on_by)}")
    if card.claimant and view.task.claimed_until:
        until = clock.words(view.task.claimed_until, options.zone, seen_on=view.task.created_at)
        details.append(f"claimed by {options.name(card.claimant)} until {until}")
    elif view.task.assigned_to:
        details.append(f"for {options.name(view.task.assigned_to)}")
    if answer.is_cut:
        details.append(f"long: {len(answer.text):,} of {counted(answer.total, 'character')} shown")
    who = f"{', '.join([name, *details])}{'. ' if details else ': '}"
    return f"{who_waits(view, options)} {who}" if is_waited_for(view) else who


def who_waits(view: TaskView, options: CardOptions) -> str:
    """Who waits since when, and what happens when nobody decides; in plain words."""
    release, zone, seen = view.release, options.zone, view.task.created_at
    since = clock.words(release.held_since if release else seen, zone, seen_on=seen)
    who = one_line(options.waiting.who).lower()
    line = f"A {who} is waiting since {since}."
    if release is None or release.deadline is None:
        return f"{line} It stays held until somebody decides."
    deadline = clock.words(release.deadline, zone, seen_on=seen)
    then = one_line(options.waiting.next(release.on_timeout)).removesuffix(" instead")
    joint = "After" if release.on_timeout is OnTimeout.HOLD else "At"
    return f"{line} {joint} {deadline} {then}."


def answer_with_states(shown: str, evidence: Evidence, *, blind: bool) -> str:
    """The answer with every claim's number and state in brackets where the claim ends."""
    said, place = "", 0
    for reading in sorted(evidence.readings, key=lambda reading: reading.claim.span.end):
        end = reading.claim.span.end
        if not place < end <= len(shown):
            continue
        sentence = one_line(shown[place:end])
        stop = sentence[-1:] if sentence[-1:] in {".", "!", "?"} else ""
        state = f" ({reading.claim.number})" if blind else f" (claim {reading.claim.number}, {_state(reading)})"
        said += f"{sentence.removesuffix(stop)}{state}{stop} "
        place = end
    return f"{said}{one_line(shown[place:])}".strip()


def _state(reading: ClaimReading) -> str:
    state = _STATES[reading.reading]
    if reading.reading in {Reading.CONTRADICTED, Reading.UNCLEAR} and (words := source_says(reading)):
        return f"{state}: the source says {words}"
    return state


def source_says(reading: ClaimReading) -> str:
    """The differing words of the best passage, or the passage's beginning; at most 80 characters."""
    if not reading.passages:
        return ""
    passage = reading.passages[0].text
    words = " … ".join(passage[span.start : span.end] for span in reading.differing if span.end <= len(passage))
    return isolated(shortened(one_line(words or passage), 80))


def _summary(evidence: Evidence, answer: ShownAnswer) -> list[str]:
    """What cannot stand in brackets: nothing checked, nothing claimed, and the claims out of sight."""
    if not evidence.checked:
        return ["The claims were not checked: the checker did not answer."]
    if not evidence.readings:
        return ["The answer states no facts."]
    out_of_sight = [reading for reading in evidence.doubtful if not answer.sees(reading)]
    said = [_out_of_sight(reading) for reading in out_of_sight[:NAMED_CLAIMS]]
    if len(out_of_sight) > NAMED_CLAIMS:
        said.append(f"{len(out_of_sight) - NAMED_CLAIMS} more doubtful claims stand in Read all.")
    return [*said, *_supported_out_of_sight(evidence.supported, answer)]


def _out_of_sight(reading: ClaimReading) -> str:
    words = source_says(reading) if reading.reading is not Reading.NO_SOURCE else ""
    claim = shortened(one_line(reading.claim.text), 80)
    number = reading.claim.number
    if reading.reading is Reading.NO_SOURCE:
        return f"Claim {number}, in the part not shown, has no source: “{isolated(claim)}”."
    says = f": the answer says “{isolated(claim)}”, the source {words}" if words else f": “{isolated(claim)}”"
    return f"Claim {number}, in the part not shown, is {_STATES[reading.reading]}{says}."


def _supported_out_of_sight(supported: Sequence[ClaimReading], answer: ShownAnswer) -> list[str]:
    count = sum(not answer.sees(reading) for reading in supported)
    return [f"{count} others in the part not shown {'is' if count == 1 else 'are'} supported."] if count else []


def _how_to_act(answer: ShownAnswer, options: CardOptions) -> str:
    keyboard = f", or {options.next_command}" if options.next_command else ""
    if answer.is_cut:
        return f"Approve is in Read all; Edit, Reject or Unsure on this message{keyboard}."
    return f"To decide: Approve, Edit, Reject or Unsure on this message{keyboard}."
