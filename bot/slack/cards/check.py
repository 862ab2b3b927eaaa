"""Ad-hoc checks: the line that says how far one is, what came of it, and the answer as it is shared. Pure.

They look like the review card, so that people learn one picture. The risk stands here: the reader judges alone, and
cannot review what they asked for.
"""

from __future__ import annotations

from slackblocks import Block, Element, RichTextElement

from bot.slack.cards.answer import ShownAnswer, is_blank, shown_answer
from bot.slack.cards.budget import Layout, Lines, within_budget
from bot.slack.cards.decided import outcome_line, spoken_outcome
from bot.slack.cards.evidence import (
    NUMBERS_SHOWN,
    Evidence,
    Source,
    answer_elements,
    doubt_elements,
    evidence_of,
    source_line,
    supported_elements,
)
from bot.slack.cards.fallback import TEXT_LENGTH, answer_with_states, fitted
from bot.slack.cards.options import CardOptions
from bot.slack.cards.parts import DOT, EMPTY_ANSWER, question_block, question_words, quote_block, risk_words
from bot.slack.cutting import cut
from bot.slack.ids import ActionId
from bot.slack.text import counted, escape, isolated, mention, one_line, quiet, shortened, title_link
from bot.slack.values import CheckValue
from bot.slack.wire import SlackMessage, bold, button, grey, plain, quote_bar, rendered, rich, row, said, section
from reviewers.decisions.answering import NO_ANSWER
from reviewers.model import (
    Check,
    CheckKind,
    Outcome,
    Output,
    Reading,
    Reason,
    ReviewTask,
    SamplingDecision,
    TaskState,
    TaskView,
)
from reviewers.workflow.answering import Progress, Stage

DEFAULTS = CardOptions()
DOUBTS_SHOWN = 3
SOURCES_SHOWN = 5
WHERE_MORE = "Check claims"
FAILURE_LENGTH = 600
MEANS = "“Supported” means a passage says it, not that it is true."
_STATES = {
    Reading.CONTRADICTED: "contradicted",
    Reading.UNCLEAR: "unclear",
    Reading.NO_SOURCE: "without source",
    Reading.SUPPORTED: "supported",
}


def progress_message(progress: Progress) -> SlackMessage:
    """One line that is rewritten: "Searching 312 documents … writing … *checking 2 claims*"."""
    steps = _steps(progress)
    line = " … ".join([*steps[:-1], f"*{steps[-1]}*"])
    return SlackMessage(text=f"{steps[-1][:1].upper()}{steps[-1][1:]} …", blocks=rendered([said(line)], progress.stage))


def _steps(progress: Progress) -> list[str]:
    documents = counted(progress.documents, "document") if progress.documents else "the sources"
    claims = counted(progress.claims, "claim") if progress.claims else "its claims"
    if progress.kind is CheckKind.VERIFY:
        return ["Reading the text", f"checking {claims} against {documents}"][: 2 if progress.documents else 1]
    searching, writing = f"Searching {documents}", "writing"
    if progress.stage is Stage.SEARCHING:
        return [searching]
    if progress.stage is Stage.WRITING:
        return [searching, f"{writing}, {counted(progress.words, 'word')} so far"]
    return [searching, writing, f"checking {claims}"]


def check_message(check: Check, review: TaskView | None = None, display: CardOptions = DEFAULTS) -> SlackMessage:
    """What came of a check, for the person who asked, with the ways on; `review` once people have it before them.

    What people decide takes the first line, as on the card; the answer that they wrote takes the model's place.
    """
    return _decided(check, review, display, _drawn(check, review, _ways_on(check, review)))


def shared_message(check: Check, review: TaskView | None = None, display: CardOptions = DEFAULTS) -> SlackMessage:
    """The same for everybody in the channel: who asked, and no way on but to read more."""
    ways = [_claims_button(check)] if _has_claims(check) else []
    return _decided(check, review, display, _drawn(check, review, ways, by=check.asked_by), by=check.asked_by)


def _decided(
    check: Check, review: TaskView | None, display: CardOptions, drawn: SlackMessage, by: str = ""
) -> SlackMessage:
    """With what people decided in the first line, if they did."""
    if review is None or review.resolution is None:
        return drawn
    resolution = review.resolution
    outcome: list[Block] = [said(outcome_line(review, resolution, display))]
    corrected = resolution.text if resolution.outcome is Outcome.EDITED else None
    if corrected is not None:
        shown = shown_answer(corrected, ())
        outcome += [_asked_by(by)] if by else []
        outcome += [question_block(review.output)] if check.kind is CheckKind.ASK else []
        outcome += [quote_block(shown.text), *([said(shown.rest_words)] if shown.is_cut else [])]
        outcome.append(grey(f"Written by a person, in review as #{review.task.number}."))
    said_of_it = escape(spoken_outcome(review, resolution, display))
    told = drawn.text if corrected is None else _spoken_correction(check, review, corrected)
    return SlackMessage(
        text=cut(f"{said_of_it} {told}", TEXT_LENGTH).shown,
        blocks=[
            *rendered(outcome, f"{check.check_id[-8:]}.decided{resolution.revision}"),
            *(drawn.blocks if corrected is None else []),
        ],
    )


def _spoken_correction(check: Check, review: TaskView, corrected: str) -> str:
    question = f"Answer to “{isolated(one_line(question_words(review.output)))}”: "
    before = question if check.kind is CheckKind.ASK else "Text: "
    return fitted(before, one_line(corrected) or "(empty)", " Written by a person.")


def check_view(check: Check) -> TaskView:
    """The check as a task, for the drawings that all answers share. Raises ValueError without an output."""
    if check.output is None:
        raise ValueError("a check without an output has no claims")
    at = check.asked_at
    return TaskView(
        task=ReviewTask(
            task_id=check.check_id,
            output_id=check.output.output_id,
            number=check.output.number,
            channel=check.channel,
            hold=False,
            state=TaskState.OPEN,
            created_at=at,
            show="all",
            submitted_by=check.asked_by,
        ),
        output=check.output,
        assessment=check.assessment,
        decision=SamplingDecision(
            output_id=check.output.output_id,
            selected=False,
            inclusion_probability=0.0,
            reason=Reason.NOT_SELECTED,
            policy_version="",
            draw=0.0,
            decided_at=at,
        ),
    )


def is_answered(check: Check) -> bool:
    """Whether there is anything in it to review claim by claim: an answer, or the text that was given."""
    return check.output is not None and check.output.completion != NO_ANSWER


def _drawn(check: Check, review: TaskView | None, ways: list[Element], by: str = "") -> SlackMessage:
    tag = f"{check.check_id[-8:]}.{review.task.number if review else 0}.{int(bool(by or check.shared_at))}"
    if check.output is None:
        return _failed(check, tag)
    asked: list[Block] = [_asked_by(by)] if by else []
    bottom: list[Block] = [*_state(review), *([row(f"check.{tag}", ways)] if ways else [])]
    if not is_answered(check):
        blocks = [*asked, question_block(check.output), said(_nothing_found(check)), *bottom]
        spoken = f"No source answers “{isolated(one_line(question_words(check.output)))}”. "
        searched = counted(_documents(check), "document")
        return SlackMessage(text=escape(f"{spoken}{searched} searched."), blocks=rendered(blocks, tag))
    evidence = evidence_of(check_view(check))
    answer = shown_answer(check.output.completion, evidence.readings)
    layout = Layout(
        top=[*asked, *_head(check, check.output, evidence), *_quoted(answer, evidence)],
        lines=_lines(evidence, answer),
        middle=[rich(section(words))] if (words := _instead_of_claims(check, evidence)) else [],
        sources=_source_block(evidence),
        bottom=[grey(_not_verified(check, check.output, evidence, review)), *bottom],
    )
    return SlackMessage(
        text=_spoken(check, check.output, evidence, answer.text, _is_decided(review)), blocks=within_budget(layout, tag)
    )


def _asked_by(person: str) -> Block:
    return grey(f"{mention(person)} asked Whetstone")


def _quoted(answer: ShownAnswer, evidence: Evidence) -> list[Block]:
    """The answer with its claims' numbers, as far as it is shown."""
    if is_blank(answer.text):
        return [rich(quote_bar([plain(EMPTY_ANSWER)]))]
    blocks: list[Block] = [rich(quote_bar(answer_elements(answer.text, evidence.readings)))]
    return [*blocks, said(answer.rest_words)] if answer.is_cut else blocks


def _lines(evidence: Evidence, answer: ShownAnswer) -> Lines:
    """The doubtful claims one by one, and the supported ones in one line."""
    shown = evidence.doubtful[:DOUBTS_SHOWN]
    return Lines(
        doubts=tuple(tuple(doubt_elements(one, evidence, in_sight=answer.sees(one))) for one in shown),
        supported=tuple(supported_elements(evidence)) if evidence.supported else (),
        unshown=len(evidence.doubtful) - len(shown),
        where=WHERE_MORE,
    )


def _failed(check: Check, tag: str) -> SlackMessage:
    """Why there is no answer; each failure's first sentence is what happened."""
    failure = shortened(one_line(check.failure), FAILURE_LENGTH) or "There is no answer."
    asked = shortened(one_line(check.text), 280)
    blocks = [rich(section([bold(asked)])), rich(section([plain(failure)]))]
    return SlackMessage(text=fitted("No answer to “", isolated(asked), f"”. {failure}"), blocks=rendered(blocks, tag))


def _head(check: Check, output: Output, evidence: Evidence) -> list[Block]:
    if check.kind is CheckKind.ASK:
        return [question_block(output)]
    if not evidence.checked or not evidence.readings:
        return []
    return [said(f"*{counted(len(evidence.readings), 'claim')} checked:* {tally(evidence)}.")]


def tally(evidence: Evidence) -> str:
    """ "1 contradicted, 1 without source, 2 supported"."""
    found = {kind: sum(reading.reading is kind for reading in evidence.readings) for kind in _STATES}
    return ", ".join(f"{found[kind]} {word}" for kind, word in _STATES.items() if found[kind])


def _instead_of_claims(check: Check, evidence: Evidence) -> list[RichTextElement]:
    what = "answer" if check.kind is CheckKind.ASK else "text"
    if not evidence.checked:
        return [bold("Claims not checked: "), plain("the checker did not answer.")]
    if not evidence.readings:
        return [bold("No claims: "), plain(f"the {what} states no facts.")]
    return []


def _source_block(evidence: Evidence) -> list[Block]:
    named = [reading for reading in evidence.doubtful[:DOUBTS_SHOWN] if reading.reading is not Reading.NO_SOURCE]
    cited = evidence.letters(named + (evidence.supported if len(evidence.supported) <= NUMBERS_SHOWN else []))
    shown: list[Source] = cited[:SOURCES_SHOWN]
    if not shown:
        return []
    sourced = [reading for reading in evidence.readings if reading.reading is not Reading.NO_SOURCE]
    return [grey(source_line(shown, len(evidence.letters(sourced)) - len(shown), WHERE_MORE))]


def _is_decided(review: TaskView | None) -> bool:
    return review is not None and review.resolution is not None


def _not_verified(check: Check, output: Output, evidence: Evidence, review: TaskView | None) -> str:
    parts = ["*Checked by a person.*" if _is_decided(review) else "*Not verified by a person.*"]
    if check.kind is CheckKind.VERIFY:
        return "  ".join([*parts, MEANS])
    written = f"Written by {quiet(output.model, 40)} from {counted(len(output.passages), 'passage')}"
    if output.latency_ms is not None:
        written += f" in {_seconds(output.latency_ms)}"
    return f"{parts[0]}  {DOT.join([written, f'risk {risk_words(evidence.risk)}'])}"


def _seconds(milliseconds: float) -> str:
    seconds = milliseconds / 1000
    return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"


def _state(review: TaskView | None) -> list[Block]:
    if review is None:
        return []
    waits = "" if review.resolution else " Other people decide on it."
    return [grey(f"In review as #{review.task.number}.{waits}")]


def _nothing_found(check: Check) -> str:
    documents = counted(_documents(check), "document")
    line = f"*No source answers this* ({documents} searched), so there is no answer."
    passages = check.output.passages if check.output else ()
    if not passages:
        return line
    closest = Source(letter="A", passage=passages[0])
    return f"{line} Closest: {title_link(closest.title, closest.passage.address)}."


def _documents(check: Check) -> int:
    return check.assessment.documents_searched if check.assessment else 0


def _has_claims(check: Check) -> bool:
    return is_answered(check) and check.output is not None and not is_blank(check.output.completion)


def _ways_on(check: Check, review: TaskView | None) -> list[Element]:
    """Send to review, Check claims, Share; what is done already has no button."""
    value = CheckValue(check_id=check.check_id).to_json()
    what = "answer" if check.kind is CheckKind.ASK else "text"
    ways: list[Element] = []
    if not is_answered(check):
        if review is None and check.output is not None:
            spoken = "Send the question to the reviewers"
            ways.append(button("Ask the reviewers", ActionId.ASK_REVIEWERS, value, spoken))
        return ways
    if review is None:
        ways.append(button("Send to review", ActionId.SEND_TO_REVIEW, value, f"Send this {what} to review"))
    if _has_claims(check):
        ways.append(_claims_button(check))
    if check.shared_at is None:
        ways.append(button("Share", ActionId.SHARE, value, f"Share this {what} in the channel where you asked"))
    return ways


def _claims_button(check: Check) -> Element:
    value = CheckValue(check_id=check.check_id).to_json()
    return button(WHERE_MORE, ActionId.CHECK_CLAIMS, value, "Check the claims, with the full text")


def _spoken(check: Check, output: Output, evidence: Evidence, shown: str, decided: bool) -> str:
    """The whole of it in plain words."""
    verified = "checked by a person" if decided else "not verified by a person"
    states = answer_with_states(shown, evidence, blind=False) or "(empty)"
    if check.kind is CheckKind.VERIFY:
        count = counted(len(evidence.readings), "claim")
        before = f"{count} checked: {tally(evidence)}. " if evidence.readings else "No claims checked. "
        return fitted(before, states, f" {verified.capitalize()}.")
    before = f"Answer to “{isolated(one_line(question_words(output)))}”, {verified}: "
    titles = ", ".join(shortened(one_line(source.title), 60) for source in evidence.letters(evidence.readings)[:3])
    return fitted(before, states, f" Sources: {titles}." if titles else " No sources.")
