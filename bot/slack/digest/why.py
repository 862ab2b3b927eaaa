"""The form behind Not useful and Dismiss: why, and of what moved which. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from slackblocks import Block, InputBlock, PlainText, PlainTextInput, RadioButtonGroup, StaticMultiSelectMenu

from bot.slack.digest.findings import line_of
from bot.slack.digest.ids import (
    DISMISSED_WORDS,
    NOTE_LENGTH,
    WHY_WORDS,
    DigestAction,
    DigestBlock,
    DigestCallback,
    Dismissed,
    WhyContext,
    WhyNot,
)
from bot.slack.digest.lead import first_named, route_words
from bot.slack.digest.numbers import week_number
from bot.slack.digest.runs import bare
from bot.slack.text import quiet
from bot.slack.wire import Wire, modal, option, said
from reviewers.decisions.digest_answers import key_of, told_of
from reviewers.errors import Invalid
from reviewers.model.digest import Digest, Finding, State

MOST = 100  # options that Slack shows in one select


def why_view(context: WhyContext, digest: Digest | None = None) -> Wire:
    """One reason, of what moved which where there is a choice, and a note if somebody likes.

    Args:
        context: of what, and where the answer belongs.
        digest: that was not useful, as it was told; None where a suggestion is dismissed.
    """
    choices: Mapping[Any, str] = DISMISSED_WORDS if context.dismisses else WHY_WORDS
    radio = RadioButtonGroup(
        action_id=DigestAction.WHY, options=[option(label, reason.value) for reason, label in choices.items()]
    )
    note = PlainTextInput(action_id=DigestAction.NOTE, multiline=True, max_length=NOTE_LENGTH)
    head = f"*{quiet(route_words(context.route))}, week {week_number(context.week)}*"
    label = "Why not?" if context.dismisses else "Why was it not useful?"
    hint = "Recorded with your name." if context.dismisses else "It changes what the next digest shows."
    blocks: list[Block] = [
        said(head),
        InputBlock(PlainText(label), radio, block_id=DigestBlock.WHY, hint=PlainText(hint)),
        *(_which(digest) if digest is not None else ()),
        InputBlock(PlainText("Note"), note, block_id=DigestBlock.NOTE, optional=True),
    ]
    return modal(
        "Dismiss" if context.dismisses else "Not useful",
        blocks,
        callback_id=DigestCallback.WHY,
        private_metadata=context.to_json(),
        close="Cancel",
        submit="Dismiss" if context.dismisses else "Send",
        tag="why_not",
    )


def _which(digest: Digest) -> Iterator[Block]:
    """What moved, with what the first sentence names chosen; nothing where nothing moved."""
    found = {_key(one): one for one in digest.of(State.DRIFT)[:MOST]}
    if not found:
        return
    options = {key: option(_label(one), key) for key, one in found.items()}
    first = [options[key] for key in dict.fromkeys(map(_key, first_named(digest))) if key in options]
    menu = StaticMultiSelectMenu(
        action_id=DigestAction.WHICH,
        options=list(options.values()),
        initial_options=first or None,
        placeholder=PlainText("Choose"),
    )
    hint = PlainText("All else is told as before.")
    yield InputBlock(PlainText("Of what moved, which?"), menu, block_id=DigestBlock.WHICH, hint=hint, optional=True)


def _key(finding: Finding) -> str:
    return key_of(told_of(finding))


def _label(finding: Finding) -> str:
    line = line_of(finding)
    return f"{bare(line.label)}: {line.text}"


@dataclass(frozen=True, kw_only=True, slots=True)
class WhyAnswer:
    """What somebody sent with the form."""

    context: WhyContext
    reason: WhyNot | Dismissed
    which: tuple[str, ...] | None = None  # keys of what moved; None: the form did not ask
    note: str  # empty: none; untrusted text


def parse_why(submitted: dict[str, Any]) -> WhyAnswer:
    """Read the submission. Raises Invalid (field `value` or the block's id) with a sentence for the person."""
    context = WhyContext.parse(submitted.get("private_metadata"))
    values = (submitted.get("state") or {}).get("values") or {}
    chosen = (values.get(DigestBlock.WHY.value) or {}).get(DigestAction.WHY.value) or {}
    note = (values.get(DigestBlock.NOTE.value) or {}).get(DigestAction.NOTE.value) or {}
    kind = Dismissed if context.dismisses else WhyNot
    try:
        reason = kind(str((chosen.get("selected_option") or {}).get("value")))
    except ValueError:
        raise Invalid(DigestBlock.WHY.value, "Choose a reason.") from None
    written = str(note.get("value") or "")[:NOTE_LENGTH]
    return WhyAnswer(context=context, reason=reason, which=_chosen(values), note=written)


def _chosen(values: Mapping[str, Any]) -> tuple[str, ...] | None:
    found = (values.get(DigestBlock.WHICH.value) or {}).get(DigestAction.WHICH.value)
    if found is None:
        return None
    return tuple(str(one.get("value")) for one in found.get("selected_options") or [])
