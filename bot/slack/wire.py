"""Blocks for Slack: slackblocks builds and checks them, this file adds what it lacks and renders them.

What it lacks in 3.0.0: a date in rich text, `expand` of a section, and `emoji: false` said aloud (Slack reads an absent
`emoji` as true, and untrusted text must not turn `:words:` into pictures). Every block gets an id from its place, since
the library would draw a random one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from slackblocks import (
    ActionsBlock,
    Block,
    Button,
    ColumnSettings,
    ConfirmationDialogue,
    ContextBlock,
    DividerBlock,
    Element,
    HeaderBlock,
    HomeTabView,
    Markdown,
    Message,
    ModalView,
    Option,
    PlainText,
    RawText,
    RichText,
    RichTextBlock,
    RichTextElement,
    RichTextEmoji,
    RichTextLink,
    RichTextObject,
    RichTextQuote,
    RichTextSection,
    RichTextUser,
    SectionBlock,
    TableBlock,
)

from bot.slack.cutting import size
from bot.slack.text import is_user, one_line, shortened

Wire: TypeAlias = dict[str, Any]  # JSON as Slack reads it


@dataclass(frozen=True, kw_only=True, slots=True)
class SlackMessage:
    """A message: what screen readers and notifications say, and what is drawn."""

    text: str
    blocks: list[Wire]

    def arguments(self) -> Wire:
        """The arguments of chat.postMessage, chat.update and chat.postEphemeral that are ours to say."""
        return {"text": self.text, "blocks": self.blocks, "unfurl_links": False, "unfurl_media": False}


class RichTextDate(RichText):
    """A moment in rich text, shown in the reader's own time zone."""

    def __init__(self, timestamp: int, pattern: str, fallback: str) -> None:
        super().__init__(fallback)
        self.timestamp = timestamp
        self.pattern = pattern

    def _resolve(self) -> dict[str, Any]:
        return {"type": "date", "timestamp": self.timestamp, "format": self.pattern, "fallback": self.text}


def plain(text: str) -> RichText:
    """Words as they stand."""
    return RichText(text)


def bold(text: str) -> RichText:
    """Bold words."""
    return RichText(text, bold=True)


def struck(text: str) -> RichText:
    """Struck words."""
    return RichText(text, strike=True)


def symbol(name: str) -> RichTextEmoji:
    """One of the eleven symbols of the glossary."""
    return RichTextEmoji(name)


def linked(address: str, text: str) -> RichTextLink:
    """A link; the address comes from `text.link_address`."""
    return RichTextLink(address, text)


def person(user: str) -> RichTextElement:
    """A person as Slack shows them; what is no user id is only named."""
    return RichTextUser(user) if is_user(user) else plain(shortened(one_line(user), 60))


def section(elements: Sequence[RichTextElement]) -> RichTextSection:
    """A paragraph of rich text."""
    return RichTextSection(_spoken(elements))


def quote_bar(elements: Sequence[RichTextElement]) -> RichTextQuote:
    """A quote with its bar."""
    return RichTextQuote(_spoken(elements))


def rich(*objects: RichTextObject) -> RichTextBlock:
    """A block of rich text."""
    return RichTextBlock(list(objects), block_id="-")


def said(mrkdwn: str, accessory: Element | None = None) -> SectionBlock:
    """A line of our own words in mrkdwn; untrusted parts come through `text.quiet`."""
    return SectionBlock(Markdown(mrkdwn, verbatim=True), block_id="-", accessory=accessory)


def grey(mrkdwn: str) -> ContextBlock:
    """A small grey line in mrkdwn; untrusted parts come through `text.quiet`."""
    return ContextBlock([Markdown(mrkdwn, verbatim=True)], block_id="-")


def line() -> DividerBlock:
    """A thin line; modals only, a card has none."""
    return DividerBlock(block_id="-")


def row(block_id: str, elements: Sequence[Element]) -> ActionsBlock:
    """A row of buttons or ticks."""
    return ActionsBlock(list(elements), block_id=block_id)


def header(words: str) -> HeaderBlock:
    """A heading; Home only, a card has none."""
    return HeaderBlock(words, block_id="-")


def table(rows: Sequence[Sequence[str]]) -> TableBlock:
    """A table of plain words: the first column on the left, figures on the right; at most one in a message."""
    columns = max(map(len, rows))
    right = [ColumnSettings(align="right") for _ in range(columns - 1)]
    cells: list[list[RawText | RichTextObject]] = [[RawText(cell) for cell in cells] for cells in rows]
    return TableBlock(cells, column_settings=[ColumnSettings(align="left", is_wrapped=True), *right], block_id="-")


def button(label: str, action_id: str, value: str, spoken: str, *, primary: bool = False) -> Button:
    """A button; `spoken` is what a screen reader says (at most 75 characters)."""
    return Button(
        PlainText(label, emoji=True),
        action_id=action_id,
        value=value,
        accessibility_label=shortened(spoken, 75),
        style="primary" if primary else None,
    )


def confirmed(button_: Button, title: str, words: str, yes: str) -> Button:
    """The button with Slack's question before it; `words` may hold untrusted names."""
    return Button(
        PlainText(button_.text.text, emoji=True),
        action_id=button_.action_id,
        value=button_.value,
        accessibility_label=button_.accessibility_label,
        confirm=ConfirmationDialogue(
            PlainText(shortened(title, 100)), PlainText(shortened(words, 300)), PlainText(yes), PlainText("Cancel")
        ),
    )


def columns(mrkdwn: Sequence[str]) -> SectionBlock:
    """Texts side by side, at most ten; untrusted parts come through `text.quiet`."""
    return SectionBlock(fields=[Markdown(words, verbatim=True) for words in mrkdwn], block_id="-")


def option(label: str, value: str, description: str | None = None) -> Option:
    """An entry of a menu, radio group or select; labels may come from settings, so they are cut at 75."""
    return Option(PlainText(shortened(label, 75)), value, PlainText(description) if description else None)


def modal(
    title: str,
    blocks: Sequence[Block],
    *,
    callback_id: str,
    private_metadata: str,
    close: str,
    submit: str | None = None,
    tag: str = "",
    notify_on_close: bool = False,
) -> Wire:
    """A modal view, checked against Slack's limits."""
    built = ModalView(
        PlainText(title),
        list(blocks),
        close=PlainText(close),
        submit=PlainText(submit) if submit else None,
        callback_id=callback_id,
        private_metadata=private_metadata,
        notify_on_close=notify_on_close,
    )
    view: Wire = built._resolve()
    view["blocks"] = _numbered(view["blocks"], tag)
    silenced: Wire = _silenced(view)
    return silenced


def home_tab(blocks: Sequence[Block], *, private_metadata: str) -> Wire:
    """A Home tab, checked against Slack's limits."""
    view: Wire = HomeTabView(list(blocks), private_metadata=private_metadata)._resolve()
    view["blocks"] = _numbered(view["blocks"], "home")
    silenced: Wire = _silenced(view)
    return silenced


def rendered(blocks: Sequence[Block], tag: str) -> list[Wire]:
    """Blocks of a message as JSON; `tag` makes their ids differ from update to update."""
    built = Message(channel="C", blocks=list(blocks))
    wired: list[Wire] = built.to_dict()["blocks"]
    return [_silenced(block) for block in _numbered(wired, tag)]


def weight(blocks: Iterable[Wire]) -> int:
    """What Slack's undocumented total counts, taken large: all words, addresses and values, in UTF-16 units."""
    return sum(_weight_of(block) for block in blocks)


def _weight_of(node: object) -> int:
    if isinstance(node, str):
        return size(node)
    if isinstance(node, dict):
        return sum(_weight_of(value) for key, value in node.items() if key not in {"type", "block_id", "action_id"})
    return sum(_weight_of(item) for item in node) if isinstance(node, list) else 0


def _spoken(elements: Sequence[RichTextElement]) -> list[RichTextElement]:
    """Neighbours of one style as one text, and none without words, which Slack refuses."""
    kept: list[RichTextElement] = []
    for element in elements:
        last = kept[-1] if kept else None
        if type(element) is not RichText:
            kept.append(element)
        elif type(last) is RichText and _style(last) == _style(element):
            kept[-1] = RichText(last.text + element.text, *_style(element))
        elif element.text:
            kept.append(element)
    return kept or [plain(" ")]


def _style(element: RichText) -> tuple[bool | None, ...]:
    return element.bold, element.italic, element.strike, element.code


def _numbered(blocks: list[Wire], tag: str) -> list[Wire]:
    return [
        {**block, "block_id": f"b{place}.{tag}" if block.get("block_id", "-") == "-" else block["block_id"]}
        for place, block in enumerate(blocks)
    ]


def _silenced(node: Any) -> Any:
    """Say `emoji: false` where plain text does not say true, keep sections open, and have plain strings only."""
    if isinstance(node, list):
        return [_silenced(item) for item in node]
    if isinstance(node, str):
        return str(node)  # an enum's member becomes its plain value
    if not isinstance(node, dict):
        return node
    copy = {key: _silenced(value) for key, value in node.items()}
    if copy.get("type") == "plain_text":
        copy.setdefault("emoji", False)
    if copy.get("type") == "section" and "accessory" not in copy:
        copy["expand"] = True
    return copy
