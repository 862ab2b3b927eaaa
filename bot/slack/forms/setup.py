"""The form "Set up review": a first route made in the channel itself (surfaces, section 12). Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, NamedTuple

from slackblocks import (
    Block,
    CheckboxGroup,
    Element,
    InputBlock,
    NumberInput,
    PlainText,
    PlainTextInput,
    RadioButtonGroup,
    StaticMultiSelectMenu,
    StaticSelectMenu,
    UserMultiSelectMenu,
)

from bot.slack.forms.state import FieldErrors, Submitted
from bot.slack.ids import ActionId, CallbackId, Show
from bot.slack.text import counted, is_user, one_line
from bot.slack.values import SetupContext
from bot.slack.wire import Wire, grey, modal, option
from reviewers.decisions.figures import DEFAULT_SECONDS
from reviewers.model import Match, OnTimeout, Route

MOST_LISTED = 45  # models and as many tags: Slack lists 100 options
VALUE_LENGTH = 140  # of a model's or tag's name, so that the option's value stays under Slack's 150
LEAST_MINUTES, MOST_MINUTES, USUAL_MINUTES = 10, 6000, 240
WAITS = (5, 10, 60)  # minutes
ALL, TYPED = "all", "tags"
GATE, OPEN = "gate", "open"
TARGETS = (0.01, 0.02, 0.05, 0.1)  # shares of wrong ones
NO_TARGET = "none"
PROVEN = "proven"


class SetupField(StrEnum):
    """Blocks of the form; the element inside has the same name, but for those that redraw it."""

    MATCH = "setup.match"
    TAGS = "setup.tags"
    REVIEWERS = "setup.reviewers"
    GROUPS = "setup.groups"
    MINUTES = "setup.minutes"
    SHOW = "setup.show"
    GATE = "setup.gate"
    WAIT = "setup.wait"
    THEN = "setup.then"
    TARGET = "setup.target"
    PROVEN = "setup.proven"


class Choice(NamedTuple):
    """An entry of a select."""

    label: str
    value: str


SHOWS = (
    Choice("Question, answer, sources and the machine's marks", Show.EVIDENCE.value),
    Choice("Question, answer and sources only (blind)", Show.BLIND.value),
)
SHOWS_ALL = Choice("All of it, the risk too", Show.ALL.value)  # offered only where the route is set so
GATES = (Choice("Is sent, not verified", OPEN), Choice("Is held", GATE))
THENS = (
    Choice("Refuse it", OnTimeout.REFUSE.value),
    Choice("Send it, not verified", OnTimeout.RELEASE.value),
    Choice("Keep holding it", OnTimeout.HOLD.value),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class SetupDraft:
    """The form as it is filled in, before anything is checked."""

    answers: str = ALL
    tags: str = ""
    reviewers: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    minutes: str = str(USUAL_MINUTES)
    show: str = Show.EVIDENCE.value
    gate: str = GATE
    wait: str = "10"
    then: str = OnTimeout.REFUSE.value
    target: str = NO_TARGET
    proven: bool = False


def draft_of(route: Route | None) -> SetupDraft:
    """The form of a route as it stands; of none, with the defaults."""
    if route is None:
        return SetupDraft()
    minutes = route.minutes_per_week or USUAL_MINUTES
    return SetupDraft(
        answers=_answers_value(route.match),
        tags=", ".join(route.match.tags),
        reviewers=tuple(one for one in route.reviewers if is_user(one)),
        groups=tuple(one for one in route.reviewers if not is_user(one)),
        minutes=f"{minutes:.0f}",
        show=route.show,
        gate=GATE if route.hold else OPEN,
        wait=f"{route.hold_minutes:g}",
        then=route.on_timeout.value,
        target=NO_TARGET if route.release_target is None else f"{route.release_target:g}",
        proven=route.release_below_proven,
    )


def answer_choices(models: Sequence[str], tags: Sequence[str], chosen: str) -> list[Choice]:
    """What the route can be for: everything, one model, one tag, or tags that the person types."""
    listed = [Choice(f"All from {one_line(name)}", f"model:{name}") for name in models[:MOST_LISTED]]
    listed += [Choice(f"Tagged “{one_line(name)}”", f"tag:{name}") for name in tags[:MOST_LISTED]]
    known = [choice for choice in listed if one_line(choice.value) and len(choice.value) <= VALUE_LENGTH]
    kind, _, name = chosen.partition(":")
    if name and chosen not in {choice.value for choice in known}:
        shown = one_line(name)
        known.insert(0, Choice(f"All from {shown}" if kind == "model" else f"Tagged “{shown}”", chosen))
    return [Choice("All", ALL), *known, Choice("Tagged otherwise …", TYPED)]


def setup_view(
    draft: SetupDraft, *, context: SetupContext, answers: Sequence[Choice], groups: Sequence[Choice] = ()
) -> Wire:
    """The form. How long and what then are asked only where answers are held, tags only where they are typed."""
    first = f"Answers come to <#{context.channel}>. All of this can be changed later."
    if context.joins:
        first += " Whetstone joins the channel when you start."
    blocks: list[Block] = [grey(first), _answers(draft, answers)]
    if draft.answers == TYPED:
        blocks.append(_tags(draft))
    blocks += [*_people(draft, groups), _minutes(draft)]
    shows = (*SHOWS, SHOWS_ALL) if draft.show == SHOWS_ALL.value else SHOWS
    blocks.append(_radio(SetupField.SHOW, "Before the verdict, reviewers see", shows, draft.show))
    gate = _radio(SetupField.GATE, "Until somebody decides, the answer", GATES, draft.gate, ActionId.SETUP_GATE)
    blocks.append(gate)
    if draft.gate == GATE:
        waits = [Choice(minutes_words(one), f"{one:g}") for one in sorted({*WAITS, float(draft.wait)})]
        blocks.append(_select(SetupField.WAIT, "Held at most", waits, draft.wait))
        blocks.append(_select(SetupField.THEN, "If nobody decides in time", THENS, draft.then))
    blocks.append(_target(draft.target))
    if draft.gate == GATE:
        blocks.append(_proven(draft.proven))
    return modal(
        "Set up review",
        blocks,
        callback_id=CallbackId.SETUP,
        private_metadata=context.to_json(),
        close="Cancel",
        submit="Start review",
        tag="setup",
    )


def redrawn(view: Mapping[str, Any]) -> Wire:
    """The form with the fields that its newest choices ask for; what is filled in stays, and the lists too."""
    return setup_view(
        read_draft(view),
        context=SetupContext.parse(view.get("private_metadata")),
        answers=_listed(view, SetupField.MATCH),
        groups=_listed(view, SetupField.GROUPS),
    )


def is_behind(view: Mapping[str, Any]) -> bool:
    """Whether it was handed in faster than the field that its choice asks for appeared."""
    shown = {block.get("block_id") for block in view.get("blocks") or []}
    return read_draft(view).answers == TYPED and SetupField.TAGS.value not in shown


def read_draft(view: Mapping[str, Any]) -> SetupDraft:
    """What stands in the form; a field that is not shown has its default."""
    form, usual = Submitted(view=view), SetupDraft()
    minutes = form.text(SetupField.MINUTES) or ""
    return SetupDraft(
        answers=form.choice(SetupField.MATCH) or usual.answers,
        tags=form.text(SetupField.TAGS) or "",
        reviewers=_users(form),
        groups=form.choices(SetupField.GROUPS),
        minutes=minutes,
        show=form.choice(SetupField.SHOW) or usual.show,
        gate=form.choice(SetupField.GATE) or usual.gate,
        wait=form.choice(SetupField.WAIT) or usual.wait,
        then=form.choice(SetupField.THEN) or usual.then,
        target=form.choice(SetupField.TARGET) or usual.target,
        proven=PROVEN in form.choices(SetupField.PROVEN),
    )


def parse_setup(view: Mapping[str, Any], before: Route | None) -> Route | FieldErrors:
    """The route that was asked for; what the form does not ask stays as `before` has it."""
    draft, context = read_draft(view), SetupContext.parse(view.get("private_metadata"))
    tags = tuple(dict.fromkeys(filter(None, (one_line(tag) for tag in draft.tags.split(",")))))
    errors = {}
    if draft.answers == TYPED and not tags:
        errors[SetupField.TAGS.value] = "Write at least one tag, as your application sends it."
    if not draft.reviewers and not draft.groups:
        errors[SetupField.REVIEWERS.value] = "Choose at least one person or user group."
    if not draft.minutes.isdigit() or not LEAST_MINUTES <= int(draft.minutes) <= MOST_MINUTES:
        errors[SetupField.MINUTES.value] = f"Write a whole number from {LEAST_MINUTES} to {MOST_MINUTES:,}."
    target = None if draft.target == NO_TARGET else float(draft.target)
    if draft.proven and target is None:
        errors[SetupField.TARGET.value] = "Choose how many may be wrong, or untick the box below."
    if errors:
        return FieldErrors(errors=errors)
    match = _match(draft, tags, before)
    held = draft.gate == GATE
    proven = draft.proven if held else before is not None and before.release_below_proven
    return replace(
        before or Route(name=_name(context, match)),
        channel=context.channel,
        match=match,
        reviewers=(*draft.reviewers, *draft.groups),
        minutes_per_week=float(draft.minutes),
        show=draft.show,
        hold=held,
        hold_minutes=float(draft.wait) if held else Route(name="").hold_minutes,
        on_timeout=OnTimeout(draft.then) if held else OnTimeout.REFUSE,
        release_target=target,
        release_below_proven=proven and target is not None,
    )


def minutes_words(minutes: float) -> str:
    """ "5 minutes", "1 hour", "90 minutes"."""
    if minutes % 60 == 0:
        return counted(int(minutes // 60), "hour")
    return f"{minutes:g} {'minute' if minutes == 1 else 'minutes'}"


def reach_words(minutes: float) -> str:
    """What a week of so many minutes gives: answers, and the half width of the error rate's interval in points.

    The half width is 1.96 √(p (1 − p) / n) at p = 0.15, our choice: a rate that a team would act on.
    """
    number = max(1, round(minutes * 60 / DEFAULT_SECONDS))
    points = 100 * 1.96 * (0.15 * 0.85 / number) ** 0.5
    shown = counted(number, "answer") if number < 100 else f"{round(number, -1):,} answers"
    return f"{minutes:g} minutes are about {shown}: the error rate comes out within about ±{points:.0f} points."


def _answers(draft: SetupDraft, choices: Sequence[Choice]) -> Block:
    return _select(SetupField.MATCH, "Which answers", choices, draft.answers, ActionId.SETUP_MATCH)


def _tags(draft: SetupDraft) -> Block:
    field = PlainTextInput(
        action_id=SetupField.TAGS, initial_value=draft.tags or None, placeholder=PlainText("cards, fees")
    )
    hint = "As your application sends them, with commas between. One of them is enough."
    return InputBlock(PlainText("Tags"), field, block_id=SetupField.TAGS, hint=PlainText(hint))


def _people(draft: SetupDraft, groups: Sequence[Choice]) -> list[Block]:
    """People, and the workspace's user groups where it has any: Slack's select of people lists no groups."""
    people = UserMultiSelectMenu(
        action_id=SetupField.REVIEWERS,
        initial_users=list(draft.reviewers) or None,
        placeholder=PlainText("People"),
    )
    hint = "Being in the channel is not enough: only these people can decide."
    one = InputBlock(
        PlainText("Who reviews"),
        people,
        block_id=SetupField.REVIEWERS,
        hint=PlainText(hint),
        optional=bool(groups),
    )
    if not groups:
        return [one]
    options = [option(one_line(label) or group, group) for label, group in groups]
    menu = StaticMultiSelectMenu(
        action_id=SetupField.GROUPS,
        options=options,
        initial_options=[entry for entry in options if entry.value in draft.groups] or None,
        placeholder=PlainText("User groups"),
    )
    return [one, InputBlock(PlainText("And user groups"), menu, block_id=SetupField.GROUPS, optional=True)]


def _minutes(draft: SetupDraft) -> Block:
    number = NumberInput(
        is_decimal_allowed=False,
        action_id=SetupField.MINUTES,
        initial_value=draft.minutes or None,
        min_value=str(LEAST_MINUTES),
        max_value=str(MOST_MINUTES),
    )
    told = float(draft.minutes) if draft.minutes.isdigit() and int(draft.minutes) else USUAL_MINUTES
    hint = PlainText(reach_words(told))
    return InputBlock(PlainText("Minutes of review a week"), number, block_id=SetupField.MINUTES, hint=hint)


def _target(chosen: str) -> Block:
    """What is to be proven of answers that leave without review; one of the file's or API's own stays choosable."""
    shares = sorted({*TARGETS, *([] if chosen == NO_TARGET else [float(chosen)])})
    choices = [Choice("No limit", NO_TARGET), *(Choice(f"At most {100 * one:g} of 100", f"{one:g}") for one in shares)]
    hint = "Once a week the reviews are tested: the figures say what they prove, with 90 % confidence."
    return _select(SetupField.TARGET, "Of what nobody checks, may be wrong", choices, chosen, hint=hint)


def _proven(ticked: bool) -> Block:
    tick = option("Send a held answer at once where reviews prove that", PROVEN)
    box = CheckboxGroup(action_id=SetupField.PROVEN, options=[tick], initial_options=[tick] if ticked else None)
    return InputBlock(PlainText("What is proven"), box, block_id=SetupField.PROVEN, optional=True)


def _select(
    field: SetupField, label: str, choices: Sequence[Choice], chosen: str, redraws: str = "", hint: str = ""
) -> Block:
    options = [option(*choice) for choice in choices]
    initial = next((entry for entry in options if entry.value == chosen), options[0])
    menu = StaticSelectMenu(
        action_id=redraws or field, options=options, initial_option=initial, placeholder=PlainText("Choose")
    )
    return _input(field, label, menu, redraws, hint)


def _radio(field: SetupField, label: str, choices: Sequence[Choice], chosen: str, redraws: str = "") -> Block:
    options = [option(*choice) for choice in choices]
    initial = next((entry for entry in options if entry.value == chosen), options[0])
    hint = "An answer is held when the application sends it with hold." if field is SetupField.GATE else ""
    return _input(field, label, RadioButtonGroup(redraws or field, options, initial_option=initial), redraws, hint)


def _input(field: SetupField, label: str, element: Element, redraws: str, hint: str = "") -> Block:
    shown = PlainText(hint) if hint else None
    return InputBlock(PlainText(label), element, dispatch_action=bool(redraws), block_id=field, hint=shown)


def _listed(view: Mapping[str, Any], field: SetupField) -> list[Choice]:
    for block in view.get("blocks") or []:
        if block.get("block_id") == field.value:
            return [Choice(one["text"]["text"], one["value"]) for one in block["element"].get("options") or []]
    return []


def _users(form: Submitted) -> tuple[str, ...]:
    for _, value in form.elements(SetupField.REVIEWERS):
        return tuple(str(user) for user in value.get("selected_users") or [])
    return ()


def _answers_value(match: Match) -> str:
    if match.is_empty:
        return ALL
    if len(match.models) == 1 and not match.tags:
        return f"model:{match.models[0]}"
    return f"tag:{match.tags[0]}" if len(match.tags) == 1 and not match.models else TYPED


def _match(draft: SetupDraft, tags: tuple[str, ...], before: Route | None) -> Match:
    if before is not None and draft.answers == _answers_value(before.match) and tags in ((), before.match.tags):
        return before.match
    kind, _, name = draft.answers.partition(":")
    if kind == "model":
        return Match(models=(name,))
    if kind == "tag":
        return Match(tags=(name,))
    return Match(tags=tags if draft.answers == TYPED else ())


def _name(context: SetupContext, match: Match) -> str:
    """What people call the route: as its channel, or what it is for where Slack does not tell the channel's name."""
    return context.channel_name or (match.tags or match.models or ("All answers",))[0]
